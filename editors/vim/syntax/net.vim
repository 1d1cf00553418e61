" net.vim -- syntax of netc's .net files.
if exists('b:current_syntax')
    finish
endif

" Layers and the like are names out of tables; tests/kind/editors.sh holds these lists to the compiler's.
syntax keyword netLayer dense conv max_pool avg_pool global_avg_pool flatten reshape batchnorm layernorm
    \ groupnorm dropout rnn lstm gru embedding add mul concat
syntax keyword netActivation linear sigmoid tanh relu leaky_relu elu selu gelu silu softplus softsign
    \ hard_sigmoid hard_tanh softmax
syntax keyword netInit auto zeros ones constant normal uniform truncated_normal xavier_uniform
    \ xavier_normal glorot_uniform glorot_normal he_uniform he_normal kaiming_uniform kaiming_normal
    \ lecun_uniform lecun_normal orthogonal identity variance_scaling learn
syntax keyword netSource digits idx csv npy npz cifar10 spirals moons xor gaussian adding copy
    \ temporal_order parity hflip crop
syntax keyword netBoolean true false
syntax keyword netFunction sqrt log exp pow min max floor ceil round abs len
syntax keyword netFunction class

" A word before `=` is a setting or an argument, whatever it means elsewhere.  Matches, since a keyword
" would win over them.
syntax match netStatement /\<\%(param\|let\|import\|allow\|block\|model\|train\|observe\|expect\|sweep\)\>\%(\s*=[^=]\)\@!/
syntax match netStatement /^\s*data\>/
syntax match netStatement /\<\%(input\|target\|residual\|shortcut\|parallel\|branch\)\>\%(\s*=[^=]\)\@!/
syntax match netKind /\%(:\s*\)\@<=\%(int\|real\|bool\|string\|activation\|init\|layer\)\>/
syntax match netChoice /\<\%(softmax_cross_entropy\|binary_cross_entropy\|mse\|mae\|huber\|sgd\|rmsprop\)\>\%(\s*=[^=]\)\@!/
syntax match netChoice /\<\%(adagrad\|adam\|adamw\|step\|exponential\|cosine\|none\|value\|norm\|global_norm\)\>\%(\s*=[^=]\)\@!/
syntax match netChoice /\<\%(adaptive\|l1\|l2\|l1l2\|stop\|skip\|continue\|standard\|same\|last\|all\)\>\%(\s*=[^=]\)\@!/
syntax match netChoice /\<\%(fan_in\|fan_out\|fan_avg\|float\|double\)\>\%(\s*=[^=]\)\@!/
syntax match netQuantity /\<\%(predicted\.\)\=\%(flow\|flow_through_time\|clip\.fraction\|nonfinite\|dead\|saturated\)\>\%(\s*=[^=]\)\@!/
syntax match netQuantity /\<\%(update_ratio\|grad\|delta\|loss\.train\|loss\.test\|accuracy\.train\|accuracy\.test\)\>\%(\s*=[^=]\)\@!/
syntax match netRepeat /\<\%(repeat\|as\|in\|where\|from\)\>\%(\s*=[^=]\)\@!/
syntax match netRepeat /\<checkpoint\>\%(\s*{\)\@=/
syntax match netConditional /\<\%(if\|else\)\>\%(\s*=[^=]\)\@!/

syntax match netNumber /\<\d\+\>/
syntax match netNumber /\<\d\+\.\d\+\%([eE][+-]\=\d\+\)\=\>/
syntax match netNumber /\<\d\+[eE][+-]\=\d\+\>/
syntax match netOperator /||\|&&\|[=!<>]=\|\.\.\|->\|[-+*%<>!=]\|\/[/*]\@!/

syntax match netEscape /\\["\\nt]/ contained
syntax region netString start=/"/ skip=/\\./ end=/"/ oneline contains=netEscape
syntax keyword netTodo TODO FIXME XXX contained
syntax match netComment "//.*" contains=netTodo,@Spell
syntax region netComment start="/\*" end="\*/" contains=netTodo,@Spell
syntax match netComment /\%^#!.*/

highlight default link netStatement Statement
highlight default link netRepeat Repeat
highlight default link netConditional Conditional
highlight default link netLayer Function
highlight default link netActivation Identifier
highlight default link netInit Identifier
highlight default link netChoice Constant
highlight default link netSource Identifier
highlight default link netKind Type
highlight default link netBoolean Boolean
highlight default link netFunction Function
highlight default link netQuantity Special
highlight default link netNumber Number
highlight default link netOperator Operator
highlight default link netEscape SpecialChar
highlight default link netString String
highlight default link netTodo Todo
highlight default link netComment Comment

let b:current_syntax = 'net'
