" net.vim -- files that end in .net are netc's.
autocmd BufNewFile,BufRead *.net setfiletype net
