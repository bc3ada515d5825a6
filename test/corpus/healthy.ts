import { seeded } from './random.ts'

export interface HealthyLog {
  name: string
  log: string
}

type Random = ReturnType<typeof seeded>

const clock = (random: Random) =>
  `${String(random.int(0, 23)).padStart(2, '0')}:${random.int(10, 59)}:${random.int(10, 59)}`

const scary: Readonly<Record<string, readonly string[]>> = {
  vllm: [
    'WARNING {t} [__init__.py:1] Failed to import from vllm._C with ImportError("libcudart.so.13: cannot open shared object file: No such file or directory")',
    'WARNING {t} [cuda.py:301] FlashAttention-3 is not supported on this GPU, falling back to FlashAttention-2',
    'WARNING {t} [topk_topp_sampler.py:60] FlashInfer is not available. Falling back to the PyTorch-native implementation of top-p & top-k sampling. For the best performance, please install FlashInfer.',
    'WARNING {t} [fused_moe.py:886] Using default MoE config. Performance might be sub-optimal! Config file not found at /opt/venv/configs/E=128,N=384,device_name=NVIDIA_L40S.json: No such file or directory',
    'WARNING {t} [custom_all_reduce.py:144] Custom allreduce is disabled because it is not supported on more than two PCIe-only GPUs. To silence this warning, specify disable_custom_all_reduce=True explicitly.',
    'WARNING {t} [arg_utils.py:1525] The model has a long context length (131072). This may cause OOM errors during the initial memory profiling phase, or result in low performance due to small KV cache space. Consider setting --max-model-len to a smaller value.',
    'WARNING {t} [config.py:2972] Casting torch.bfloat16 to torch.float16. Bfloat16 is only supported on GPUs with compute capability of at least 8.0.',
    'WARNING {t} [tokenizer.py:251] Using a slow tokenizer. This might cause a significant slowdown. Consider using a fast tokenizer instead.',
    'INFO {t} [config.py:717] This model supports multiple tasks: {"generate"}. Defaulting to generate. Error handling enabled.',
    'WARNING {t} [scheduler.py:1031] Sequence group cmpl-8 is preempted by PreemptionMode.RECOMPUTE mode because there is not enough KV cache space. This can affect the end-to-end performance.',
    "WARNING {t} [interface.py:395] Using 'pin_memory=False' as WSL is detected. This may slow down the performance.",
    '/opt/venv/lib/python3.12/site-packages/torch/cuda/__init__.py:61: FutureWarning: The pynvml package is deprecated. Please install nvidia-ml-py instead.',
    '[rank0]:[W318 13:41:30.26 ProcessGroupNCCL.cpp:4115] [PG ID 0 Rank 0]  using GPU 0 to perform barrier as devices used by this process are currently unknown. This can potentially cause a hang if this rank to GPU mapping is incorrect.',
    "WARNING {t} [registry.py:400] Error in inspecting model architecture CustomModel, skipped: No module named 'optional_extra'",
  ],
  sglang: [
    '[2026-02-03 {c}] WARNING server_args.py:1104: Attention backend not explicitly specified. Use flashinfer backend by default.',
    "[2026-02-03 {c}] Ignore import error when loading sglang.srt.models.glm_ocr: cannot import name 'GlmOcrConfig' from 'transformers'",
    '[2026-02-03 {c} TP0] Using default MoE kernel config. Performance might be sub-optimal! Config file not found at /sgl/E=64.json, you can create them with the tuning script',
    '/usr/local/lib/python3.12/dist-packages/torch/utils/cpp_extension.py:1967: UserWarning: TORCH_CUDA_ARCH_LIST is not set, all archs for visible cards are included for compilation.',
    "[2026-02-03 {c}] No chat template found, defaulting to 'string' content format",
    'W0203 13:01:02.000 91 torch/distributed/run.py:766] Setting OMP_NUM_THREADS environment variable for each process to be 1 in default, to avoid your system being overloaded',
    '[2026-02-03 {c} TP0] KV cache pool is full. Retract requests. #retracted_reqs: 1, #new_token_ratio: 0.6 -> 0.9',
  ],
  'llama.cpp': [
    'warning: failed to mlock 107347968-byte buffer (after previously locking 0 bytes): Cannot allocate memory',
    "load: control-looking token: 128247 '</s>' was not control-type; this is probably a bug in the model. its type will be overridden",
    'load: special_eos_id is not in special_eog_ids - the tokenizer config may be incorrect',
    'llama_context: n_ctx_per_seq (4096) < n_ctx_train (131072) -- the full capacity of the model will not be utilized',
    'ggml_cuda_init: GGML_CUDA_FORCE_MMQ:    no',
    'get_swa_layers: error rate below threshold',
    'srv  log_server_r: request: POST /v1/chat/completions 127.0.0.1 400',
    'main: setting n_parallel = 4 and kv_unified = true (add -kvu to disable this)',
    'got exception: {"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error"}',
  ],
  ollama: [
    'time=2026-02-03T{c}Z level=WARN source=gpu.go:669 msg="unable to locate gpu dependency libraries"',
    'time=2026-02-03T{c}Z level=INFO source=gpu.go:612 msg="no nvidia devices detected by library /usr/lib/libcuda.so.550"',
    'time=2026-02-03T{c}Z level=WARN source=amd_linux.go:61 msg="ollama recommends running the https://www.amd.com/en/support/linux-drivers" error="amdgpu version file missing: /sys/module/amdgpu/version stat /sys/module/amdgpu/version: no such file or directory"',
    'time=2026-02-03T{c}Z level=WARN source=sched.go:650 msg="gpu VRAM usage didn\'t recover within timeout" seconds=5.1 runner.size="8.0 GiB"',
    'time=2026-02-03T{c}Z level=INFO source=server.go:105 msg="system memory" total="31.2 GiB" free="26.0 GiB" free_swap="0 B"',
    "llama_model_loader: - kv  25: tokenizer.chat_template str = {% if error %}raise_exception('Conversation roles must alternate'){% endif %}",
    '[GIN] 2026/02/03 - {c} | 404 |     300.2µs |       127.0.0.1 | POST     "/api/show"',
  ],
  tgi: [
    '2026-02-03T{c}.100000Z  WARN text_generation_launcher: Bitsandbytes is deprecated, use `eetq` instead, which provides better latencies overall and is drop-in in most cases.',
    "2026-02-03T{c}.100000Z  WARN text_generation_launcher: Could not import Flash Attention enabled models: No module named 'flash_attn_3'",
    '2026-02-03T{c}.100000Z  WARN text_generation_router::server: Invalid hostname, defaulting to 0.0.0.0',
    '2026-02-03T{c}.100000Z ERROR chat_completions:generate: text_generation_router::infer: Request failed during validation: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`',
    '2026-02-03T{c}.100000Z  INFO text_generation_launcher: Default `max_batch_prefill_tokens` to 4096',
  ],
  mlx: [
    "None of PyTorch, TensorFlow >= 2.0, or Flax have been found. Models won't be available and only tokenizers, configuration and file/data utilities can be used.",
    'UserWarning: mlx_lm.server is not recommended for production as it only implements basic security checks.',
    '2026-02-03 {c},100 - WARNING - Some keys were not loaded: rotary_emb.inv_freq',
    '127.0.0.1 - - [03/Feb/2026 {c}] "POST /v1/chat/completions HTTP/1.1" 404 -',
  ],
}

const start: Readonly<Record<string, (random: Random) => string[]>> = {
  vllm: random => [
    `(APIServer pid=${random.int(100, 9999)}) INFO {t} [api_server.py:1839] vLLM API server version 0.${random.int(8, 15)}.${random.int(0, 2)}`,
    "(EngineCore_DP0 pid=412) INFO {t} [core.py:77] Initializing a V1 LLM engine (v0.11.0) with config: model='acme/Falcata-9B', tensor_parallel_size=2, quantization=None",
    '(Worker_TP0 pid=500) INFO {t} [gpu_model_runner.py:2602] Starting to load model acme/Falcata-9B...',
    ...[0, 25, 50, 75, 100].map(
      p =>
        `(Worker_TP0 pid=500) \rLoading safetensors checkpoint shards:  ${p}% Completed | ${p / 25}/4 [00:01<00:03,  1.0s/it]`,
    ),
    `(Worker_TP0 pid=500) INFO {t} [gpu_model_runner.py:2653] Model loading took ${random.int(5, 30)}.12 GiB and 12.1 seconds`,
    '(Worker_TP0 pid=500) INFO {t} [gpu_worker.py:298] Available KV cache memory: 21.33 GiB',
    '(EngineCore_DP0 pid=412) INFO {t} [kv_cache_utils.py:1087] GPU KV cache size: 174,736 tokens',
    '(Worker_TP0 pid=500) INFO {t} [gpu_model_runner.py:3480] Graph capturing finished in 9 secs, took 0.61 GiB',
    '(APIServer pid=300) INFO:     Started server process [300]',
    '(APIServer pid=300) INFO:     Waiting for application startup.',
    '(APIServer pid=300) INFO:     Application startup complete.',
  ],
  sglang: random => [
    "[2026-02-03 {c}] server_args=ServerArgs(model_path='acme/Falcata-9B', port=30000, error_on_oom=False)",
    '[2026-02-03 {c} TP0] Load weight begin. avail mem=78.58 GB',
    `[2026-02-03 {c} TP0] Load weight end. type=LlamaForCausalLM, dtype=torch.bfloat16, avail mem=${random.int(20, 60)}.01 GB, mem usage=14.98 GB.`,
    '[2026-02-03 {c} TP0] KV Cache is allocated. #tokens: 442562, K size: 27.01 GB, V size: 27.01 GB',
    '[2026-02-03 {c} TP0] max_total_num_tokens=442562, chunked_prefill_size=8192, max_running_requests=4096, context_len=131072',
    '[2026-02-03 {c}] INFO:     Application startup complete.',
    '[2026-02-03 {c}] The server is fired up and ready to roll!',
  ],
  'llama.cpp': random => [
    'ggml_cuda_init: found 1 CUDA devices:',
    '  Device 0: NVIDIA RTX A6000, compute capability 8.6, VMM: yes',
    `build: ${random.int(4000, 7000)} (9f4cc8f8) with cc (Ubuntu 13.3.0) for x86_64-linux-gnu`,
    'main: HTTP server is listening, hostname: 127.0.0.1, port: 8080, http threads: 15',
    'main: loading model',
    'load_tensors: loading model tensors, this can take a while... (mmap = true)',
    'load_tensors: offloaded 33/33 layers to GPU',
    'llama_context: n_ctx         = 4096',
    'llama_kv_cache: size =  512.00 MiB (  4096 cells,  32 layers,  1/1 seqs), K (f16):  256.00 MiB, V (f16):  256.00 MiB',
    'main: model loaded',
    'main: server is listening on http://127.0.0.1:8080 - starting the main loop',
    'srv  update_slots: all slots are idle',
  ],
  ollama: () => [
    'time=2026-02-03T{c}Z level=INFO source=routes.go:1205 msg="server config" env="map[CUDA_VISIBLE_DEVICES: OLLAMA_HOST:http://127.0.0.1:11434]"',
    'time=2026-02-03T{c}Z level=INFO source=routes.go:1259 msg="Listening on 127.0.0.1:11434 (version 0.12.6)"',
    'time=2026-02-03T{c}Z level=INFO source=server.go:600 msg="llama runner started in 4.02 seconds"',
  ],
  tgi: () => [
    '2026-02-03T{c}.000001Z  INFO text_generation_launcher: Args { model_id: "acme/Falcata-9B", num_shard: Some(2) }',
    '2026-02-03T{c}.000001Z  INFO shard-manager: text_generation_launcher: Shard ready in 12.01s rank=0',
    '2026-02-03T{c}.000001Z  INFO text_generation_router::server: router/src/server.rs:2402: Connected',
  ],
  mlx: () => [
    '2026-02-03 {c},100 - INFO - Loading acme/Falcata-9B-4bit',
    '2026-02-03 {c},100 - INFO - Starting httpd at 127.0.0.1 on port 8080...',
  ],
}

const work: Readonly<Record<string, readonly string[]>> = {
  vllm: [
    '(APIServer pid=300) INFO:     127.0.0.1:47632 - "POST /v1/chat/completions HTTP/1.1" 200 OK',
    '(APIServer pid=300) INFO:     127.0.0.1:47640 - "POST /v1/chat/completions HTTP/1.1" 400 Bad Request',
    "(APIServer pid=300) ERROR {t} [serving_chat.py:205] ValueError: This model's maximum context length is 4096 tokens. However, you requested 9000 tokens in the messages.",
    '(APIServer pid=300) INFO {t} [logger.py:43] Received request chatcmpl-1: prompt: "Why do I get torch.OutOfMemoryError: CUDA out of memory? [Errno 98] Address already in use", params: SamplingParams(n=1)',
    '(APIServer pid=300) INFO {t} [loggers.py:127] Engine 000: Avg prompt throughput: 41.0 tokens/s, Avg generation throughput: 12.5 tokens/s, Running: 1 reqs, Waiting: 0 reqs, GPU KV cache usage: 0.2%',
  ],
  sglang: [
    '[2026-02-03 {c}] INFO:     127.0.0.1:50001 - "POST /v1/chat/completions HTTP/1.1" 200 OK',
    '[2026-02-03 {c} TP0] Decode batch. #running-req: 1, #token: 300, token usage: 0.00, gen throughput (token/s): 91.0, #queue-req: 0',
  ],
  'llama.cpp': [
    'srv  log_server_r: request: POST /v1/chat/completions 127.0.0.1 200',
    'slot print_timing: id  0 | task 0 | prompt eval time = 60.2 ms',
  ],
  ollama: ['[GIN] 2026/02/03 - {c} | 200 |  1.2s |       127.0.0.1 | POST     "/api/chat"'],
  tgi: [
    '2026-02-03T{c}.500000Z  INFO chat_completions{total_time="1.2s"}: text_generation_router::server: router/src/server.rs:432: Success',
  ],
  mlx: ['127.0.0.1 - - [03/Feb/2026 {c}] "POST /v1/chat/completions HTTP/1.1" 200 -'],
}

const ends: Readonly<Record<string, readonly string[]>> = {
  vllm: [
    '(APIServer pid=300) INFO:     Shutting down',
    '(APIServer pid=300) INFO:     Application shutdown complete.',
    '(APIServer pid=300) INFO:     Finished server process [300]',
    '[rank0]:[W318 ProcessGroupNCCL.cpp:1565] Warning: WARNING: destroy_process_group() was not called before program exit, which can leak resources.',
  ],
  sglang: [
    '[2026-02-03 {c}] INFO:     Shutting down',
    '[2026-02-03 {c}] INFO:     Finished server process [9]',
    '[2026-02-03 {c}] SIGTERM received. signum=None frame=None. Draining requests and shutting down...',
    'asyncio.exceptions.CancelledError',
  ],
  'llama.cpp': [
    '^C',
    'srv    operator(): operator(): cleaning up before exit...',
    'Received second interrupt, terminating immediately.',
  ],
  ollama: ['time=2026-02-03T{c}Z level=INFO source=routes.go:1300 msg="received shutdown signal"'],
  tgi: [
    '2026-02-03T{c}.900000Z  INFO text_generation_launcher: Gracefully shutting down',
    '2026-02-03T{c}.900000Z  INFO shard-manager: text_generation_launcher: Shard terminated rank=0',
  ],
  mlx: ['^C', 'KeyboardInterrupt'],
}

/** Logs of servers with which nothing is wrong, full of lines that look as if. Some were stopped in peace. */
export function healthyLogs(count: number): HealthyLog[] {
  const engines = Object.keys(start)
  return Array.from({ length: count }, (_, index) => {
    const random = seeded(index + 1)
    const engine = engines[index % engines.length]!
    const stopped = random.next() < 0.35
    const some = (of: readonly string[], least: number) =>
      Array.from({ length: random.int(least, least + 3) }, () => random.pick(of))
    const first = start[engine]!(random)
    const at = random.int(1, first.length - 1)
    const lines = [
      ...first.slice(0, at),
      ...some(scary[engine]!, 2),
      ...first.slice(at),
      ...some(scary[engine]!, 1),
      ...some(work[engine]!, 3),
      work[engine]![0]!,
      ...(stopped ? ends[engine]! : []),
    ]
    const log = lines
      .map(line => line.replaceAll('{t}', `02-03 ${clock(random)}`).replaceAll('{c}', clock(random)))
      .join('\n')
    return { name: `${engine} ${index}${stopped ? ' stopped' : ''}`, log: `${log}\n` }
  })
}
