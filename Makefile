# Builds netc and its runtime; `make help` lists the targets.

VERSION = 0.1.0
PREFIX = /usr/local
BUILD = build$(if $(SAN),-san)

# ---- The floors: a module includes only from floors below its own (`make lint`) ----------------

# data
FLOOR1 = base *.def
FLOOR2 = arena language_limits output
FLOOR3 = onnx.pb-c intern source shape emit map process wrapped
FLOOR4 = ast diag* value op names cc edit line_diff
FLOOR5 = vocabulary* scope depend
FLOOR6 = gauss model globals suggest written
FLOOR7 = graph forecast
FLOOR8 = passes work footprint
# passes
FLOOR9 = options* numbers eval* item parse* net lower* differentiate recompute schedule fuse fuse_then count_once plan* \
	emit_c emit_notes model_dump dump moments* compile flow* unrolled
FLOOR10 = weights onnx.h compare forecast_* graph_* check* infer* format* expand* gradients* emit_* session verbs warn*
# the program
FLOOR11 = build compare_* repair* onnx onnx_*
FLOOR12 = sweep*
FLOOR13 = main verb_*

RUNTIME1 = netrt gravity.h version clock machine error number nearest figures json_line philox* \
	signals digits readers thread_memory html utf8 viridis page_files.h crc32c event.pb-c terminal
RUNTIME2 = png event_file event_hparams.h alloc choose_conv.h choose_gemm columns vectors net pool rate settings atomic_file run_place run_numbered
RUNTIME3 = event_hparams.c cells parts npy_write kept* bytes byte_vectors sums data.h depthwise fold gemm max_pairs then tiles update \
	processors options profile transpose.h vector_tanh
RUNTIME4 = coming.h page* csv inflate samples safetensors array.h made.h prepare.h reals history \
	recurrent pieces runs softmax activation conv squares.h exponents.h vector_sigmoid tallies channels
RUNTIME5 = zip conv_planes.h array count_turns.h unit_sums made prepare checkpoint kernels watch_steps.h report run position
RUNTIME6 = augment data read_* make_* real_* evaluate expect flow cause* bars progress style \
	replay.h replay_bits replay_save \
	gradient_log nonfinite unit_gain run_plan predict.h check_grad.h check_grad_weight.h profile_report \
	history_file snapshot run_log.h run_hparams run_events run_source run_facts run_summary run_dir.h
RUNTIME7 = predict.c check_grad check_grad_weight.c findings table train run_dir.c run_log.c
RUNTIME8 = judge_* verdict report_* table_* replay rt_main

# ---- What is built ----------------------------------------------------------------------------

compiler_files = $(sort $(wildcard compiler/*.c))
runtime_files = $(sort $(wildcard runtime/*.c))
real_files = $(filter runtime/real_%,$(runtime_files))
parser = $(if $(wildcard grammar/net.y),$(BUILD)/grammar/net.tab.o $(BUILD)/grammar/net.lex.o)

compiler_objects = $(compiler_files:%.c=$(BUILD)/%.o) $(BUILD)/compiler/onnx.pb-c.o \
	$(BUILD)/compiler/predict_kernels.o $(BUILD)/compiler/sweep_files.o $(parser)
runtime_objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(real_files),$(runtime_files))) \
	$(real_files:%.c=$(BUILD)/%_f32.o) $(real_files:%.c=$(BUILD)/%_f64.o) \
	$(BUILD)/runtime/digits_data.o $(BUILD)/runtime/event.pb-c.o \
	$(BUILD)/runtime/page_files.o
unit_tests = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

# Where Debian's libjs-dygraphs has its files: the charts of report.html.
DYGRAPHS = /usr/share/javascript/dygraphs

# ---- Flags --------------------------------------------------------------------------------------

CFLAGS = -O2 -g
MARCH = native
warnings = -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(if $(WERROR),-Werror)
sanitize = $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined)
standard = -std=c11 -D_GNU_SOURCE
depend = -MMD -MP
real_flags = -O3 -march=$(MARCH) -ffp-contract=fast -fno-math-errno
LIBS = -lopenblas -lz -ljansson -lprotobuf-c -lmd -lm -lpthread
comma = ,

compile_c = $(CC) $(standard) $(CFLAGS) $(warnings) $(sanitize) $(depend)
compiler_flags = -I. -iquote compiler -I$(BUILD)/compiler -I$(BUILD)/grammar -DNETC_VERSION='"$(VERSION)"' \
	-DNETC_LIBRARIES='"$(LIBS)"' \
	$(if $(SAN),-DNETC_SANITIZE -DARENA_MALLOC)

# ---- Targets --------------------------------------------------------------------------------------

# For who did not say -j: one job a processor.
parallel = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all unit demo test widths kills fuzz-nets onnxruntime diffs growth accuracy lint bench install clean \
	help need
.DELETE_ON_ERROR:

all: $(BUILD)/bin/netc $(BUILD)/include/netrt.h $(BUILD)/lib/libnetrt.a

help:
	@echo 'make          netc and its runtime in $(BUILD)/'
	@echo 'make demo     installs what is missing, then compiles and runs an example'
	@echo 'make test     all tests (SAN=1: with the sanitizers)'
	@echo 'make widths   the matrix kernels on vectors of every width, emulated where needed'
	@echo 'make fuzz-nets  N=5000 SEED=...: random nets, their gradients against differences'
	@echo 'make kills    KILLS=200 SEED=...: runs killed at random moments, and resumed'
	@echo 'make onnxruntime  PYTHON=...: what netc exports, in ONNX Runtime'
	@echo 'make diffs    what an edit of a .net changes in the C'
	@echo 'make growth   what depth 1,000 costs against depth 10'
	@echo 'make accuracy the forecast of 407 nets against what their programs measure'
	@echo 'make lint     floors, sizes, names'
	@echo 'make bench    how fast netc and its programs are on this machine'
	@echo 'make install  PREFIX=$(PREFIX) DESTDIR='
	@echo 'make clean'

demo:
	@sh tests/need.sh build
	@$(MAKE) --no-print-directory $(parallel) all
	@sh tests/demo.sh $(BUILD)

test:
	@sh tests/need.sh test
	@$(MAKE) --no-print-directory $(parallel) all unit
	@BUILD=$(BUILD) sh tests/run

widths: all
	@sh tests/need.sh test
	@BUILD=$(BUILD) sh tests/run widths

fuzz-nets: all
	@BUILD=$(BUILD) $(if $(N),N=$(N)) $(if $(SEED),SEED=$(SEED)) sh tests/fuzz_nets.sh

onnxruntime: all
	@BUILD=$(BUILD) sh tests/onnxruntime.sh

kills: all
	@BUILD=$(BUILD) KILLS=$(or $(KILLS),200) $(if $(SEED),SEED=$(SEED)) sh tests/run rundir

unit: $(unit_tests)

lint: all
	@{ $(foreach n,1 2 3 4 5 6 7 8 9 10 11 12 13,echo 'compiler $n $(FLOOR$n)';) \
	$(foreach n,1 2 3 4 5 6 7 8,echo 'runtime $n $(RUNTIME$n)';) } > $(BUILD)/floors
	@BUILD=$(BUILD) sh tests/lint/lint.sh

diffs: all
	@sh tests/diffs/table.sh $(BUILD)

growth: all
	@sh tests/diffs/growth.sh $(BUILD)

accuracy: all
	@BUILD=$(BUILD) sh tests/accuracy/run.sh

bench: all
	@BUILD=$(BUILD) sh bench/run.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 755 $(BUILD)/bin/netc $(DESTDIR)$(PREFIX)/bin/netc
	install -m 644 $(BUILD)/include/netrt.h $(DESTDIR)$(PREFIX)/include/netrt.h
	install -m 644 $(BUILD)/lib/libnetrt.a $(DESTDIR)$(PREFIX)/lib/libnetrt.a
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@LIBS@|$(LIBS)|' netrt.pc.in \
		> $(DESTDIR)$(PREFIX)/lib/pkgconfig/netrt.pc

clean:
	rm -rf build build-san

# ---- Rules ----------------------------------------------------------------------------------------

# Of the runtime netc takes the readers of data, for the forecast.
$(BUILD)/bin/netc: $(compiler_objects) $(BUILD)/lib/libnetrt.a
	@mkdir -p $(@D)
	$(CC) $(sanitize) $(LDFLAGS) -o $@ $^ -ljansson -lprotobuf-c -lz -lm

$(BUILD)/lib/libnetrt.a: $(runtime_objects)
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcsD $@ $^

$(BUILD)/include/netrt.h: runtime/netrt.h
	@mkdir -p $(@D)
	cp $< $@

# The parser.  Flex's own code does not pass our warnings.
have = command -v $(1) > /dev/null || { echo '$(1) is missing: make demo installs it'; exit 1; }

$(BUILD)/grammar/net.tab.c: grammar/net.y
	@mkdir -p $(@D)
	@$(call have,bison)
	bison -Werror -Wcounterexamples --header=$(@:.c=.h) -o $@ $<

$(BUILD)/grammar/net.tab.h: $(BUILD)/grammar/net.tab.c ;

$(BUILD)/grammar/net.lex.c: grammar/net.l
	@mkdir -p $(@D)
	@$(call have,flex)
	flex -o $@ $<

$(BUILD)/grammar/net.lex.o: warnings =
$(BUILD)/grammar/%.o: $(BUILD)/grammar/%.c $(BUILD)/grammar/net.tab.h
	$(compile_c) $(compiler_flags) -Igrammar -c $< -o $@

# Messages of other people's formats: only in the folder of what is built.
$(BUILD)/%.pb-c.c $(BUILD)/%.pb-c.h: %.proto
	@mkdir -p $(@D)
	@$(call have,protoc-c)
	protoc-c --proto_path=$(<D) --c_out=$(@D) $<

.PRECIOUS: $(BUILD)/%.pb-c.c
$(BUILD)/%.pb-c.o: $(BUILD)/%.pb-c.c
	$(compile_c) -c $< -o $@

# Kernels of the C that predicts, as texts.
$(BUILD)/compiler/predict_kernels.c: compiler/emit_predict/embed.sh $(sort $(wildcard compiler/emit_predict/*.c))
	@mkdir -p $(@D)
	sh $^ > $@

$(BUILD)/compiler/predict_kernels.o: $(BUILD)/compiler/predict_kernels.c
	$(compile_c) $(compiler_flags) -c $< -o $@

# The page of a sweep.
$(BUILD)/compiler/sweep_files.c: compiler/page/embed.sh runtime/page/define.sh compiler/page/sweep.html \
		compiler/page/sweep.css
	@mkdir -p $(@D)
	sh $< runtime/page/define.sh > $@

$(BUILD)/compiler/sweep_files.o: $(BUILD)/compiler/sweep_files.c
	$(compile_c) $(compiler_flags) -c $< -o $@

$(BUILD)/compiler/onnx.o $(BUILD)/compiler/onnx_layers.o $(BUILD)/compiler/onnx_sequences.o \
	$(BUILD)/compiler/verb_export.o: $(BUILD)/compiler/onnx.pb-c.h

# The forecast: sums and integrals over many numbers, whose bits these leave as they are.
$(patsubst %.c,$(BUILD)/%.o,$(wildcard compiler/flow*.c compiler/gauss.c compiler/moments*.c)): \
	compiler_flags += -O3 -fno-math-errno

$(BUILD)/compiler/%.o: compiler/%.c Makefile $(if $(parser),$(BUILD)/grammar/net.tab.h)
	@mkdir -p $(@D)
	$(compile_c) $(compiler_flags) -c $< -o $@

$(BUILD)/runtime/digits_data.c: runtime/digits/embed.sh runtime/digits/digits.csv.gz
	@mkdir -p $(@D)
	sh $^ > $@

$(BUILD)/runtime/digits_data.o: $(BUILD)/runtime/digits_data.c
	$(compile_c) -Iruntime -c $< -o $@

$(BUILD)/runtime/event_file.o $(BUILD)/runtime/event_hparams.o: $(BUILD)/runtime/event.pb-c.h

page = page.html page.css page.js charts.js runs.html runs.js dygraphs.LICENSE
$(BUILD)/runtime/page_files.c: runtime/page/embed.sh runtime/page/define.sh $(page:%=runtime/page/%)
	@mkdir -p $(@D)
	@test -r $(DYGRAPHS)/dygraph.min.js || { echo '$(DYGRAPHS)/dygraph.min.js is missing: \
	make demo installs libjs-dygraphs; make DYGRAPHS=... takes it from elsewhere'; exit 1; }
	sh $< $(DYGRAPHS) > $@

$(BUILD)/runtime/page_files.o: $(BUILD)/runtime/page_files.c
	$(compile_c) -Iruntime -c $< -o $@

$(BUILD)/runtime/%_f32.o: runtime/%.c Makefile
	@mkdir -p $(@D)
	$(compile_c) $(real_flags) -Iruntime -c $< -o $@

$(BUILD)/runtime/%_f64.o: runtime/%.c Makefile
	@mkdir -p $(@D)
	$(compile_c) $(real_flags) -DRT_DOUBLE -Iruntime -c $< -o $@

$(BUILD)/runtime/%.o: runtime/%.c Makefile
	@mkdir -p $(@D)
	$(compile_c) -Iruntime -I$(BUILD)/runtime -c $< -o $@

# A unit test takes what it needs of the compiler and of the runtime.
$(BUILD)/unit/libnetc.a: $(filter-out $(BUILD)/compiler/main.o,$(compiler_objects))
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/unit/libnetc.a $(BUILD)/lib/libnetrt.a
	$(compile_c) $(compiler_flags) -Iruntime -Itests/unit -o $@ $< $(BUILD)/unit/libnetc.a \
		$(BUILD)/lib/libnetrt.a $(LIBS)

-include $(compiler_objects:.o=.d) $(runtime_objects:.o=.d) $(unit_tests:=.d)
