# nnc. `make demo` shows what it does, `make test` what holds; everything else is for who works on it.

GO   ?= go
SEED ?= 1
QEMU := $(shell command -v qemu-aarch64-static 2>/dev/null)
export CGO_ENABLED = 0

.PHONY: build demo test test-neon lint gen fuzz sweep bench hold clean

build: ## bin/nnc, with the runner for `nnc build` inside
	$(GO) run ./cmd/internal/mkrunner
	$(GO) build -o bin/ ./cmd/nnc

demo: build ## train the GRU on the digits, build a binary, run it on the test set
	$(GO) run ./internal/demo -seed $(SEED)

test: test-neon ## every test
	$(GO) test ./...

test-neon: ## the NEON kernels under emulation, where qemu-user-static is installed
ifneq ($(QEMU),)
	GOARCH=arm64 $(GO) test -short -exec $(QEMU) ./asm/...
else
	@echo "qemu-aarch64-static is not installed: the NEON kernels are not tested"
	@case ",$(NNC_REQUIRE_ISA)," in *,neon,*) exit 1;; esac
endif

lint: ## gofmt, vet for the architectures with assembly, staticcheck
	@test -z "$$(gofmt -l . | tee /dev/stderr)"
	$(GO) vet ./...
	GOARCH=arm64 $(GO) vet ./asm/... ./runtime/...
	$(GO) tool staticcheck ./...
	GOOS=js GOARCH=wasm $(GO) build . ./ir/... ./asm ./runtime/...
	GOOS=linux GOARCH=riscv64 $(GO) build . ./ir/... ./asm ./runtime/...
	GOARCH=386 $(GO) build . ./ir/... ./asm ./runtime/...

gen: ## the kernels, from their generators; the list of sources that nnc build compiles
	$(GO) run ./asm/gen
	$(GO) run ./cmd/internal/gensources

sweep: ## every function of one operand over all 2^32 floats: hours
	$(GO) test ./asm -run TestTapeULP -sweep -timeout 0 -v

hold: build ## what the project promises, measured: a line for each
	$(GO) run ./internal/hold

bench: ## kernels beside the ceilings of this machine
	$(GO) run ./cmd/nnc bench

clean:
	rm -rf bin
