" net.vim -- editing netc's .net files: comments, indentation, :make runs `netc check`.
if exists('b:did_ftplugin')
    finish
endif
let b:did_ftplugin = 1

setlocal commentstring=//\ %s
setlocal comments=s1:/*,mb:*,ex:*/,://
setlocal expandtab shiftwidth=4 softtabstop=4
setlocal cindent cinoptions=(0,W4
setlocal suffixesadd=.net
setlocal include=^\\s*import
setlocal makeprg=netc\ check\ --color=never\ %:S
setlocal errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ %tote:\ %m,%-G%.%#

let b:undo_ftplugin = 'setlocal commentstring< comments< expandtab< shiftwidth< softtabstop<'
    \ . ' cindent< cinoptions< suffixesadd< include< makeprg< errorformat<'
