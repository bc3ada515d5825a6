/**
 * Short pieces of failed launches, one for each way to fail: most from public tickets, some put together from what the
 * engines are known to print. The line marked with » is the root line.
 */
export interface Example {
  cause: string
  log: string
}

const piece = (cause: string, marked: string): Example => ({ cause, log: marked.trim() })

export const examples: readonly Example[] = [
  piece(
    'safetensors_corrupt',
    `
ERROR 02-26 05:28:06 engine.py:400] Error while deserializing header: InvalidHeaderDeserialization
ERROR 02-26 05:28:06 engine.py:400] Traceback (most recent call last):
ERROR 02-26 05:28:06 engine.py:400]   File "/usr/local/lib/python3.12/dist-packages/vllm/model_executor/models/qwen2.py", line 375, in load_weights
ERROR 02-26 05:28:06 engine.py:400]     for name, loaded_weight in weights:
ERROR 02-26 05:28:06 engine.py:400]   File "/usr/local/lib/python3.12/dist-packages/vllm/model_executor/model_loader/weight_utils.py", line 410, in safetensors_weights_iterator
ERROR 02-26 05:28:06 engine.py:400]     with safe_open(st_file, framework="pt") as f:
» ERROR 02-26 05:28:06 engine.py:400] safetensors_rust.SafetensorError: Error while deserializing header: InvalidHeaderDeserialization`,
  ),
  piece(
    'safetensors_corrupt',
    `
Loading checkpoint shards:  17%|█▊        | 1/6 [00:07<00:37,  7.57s/it]
Traceback (most recent call last):
  File "/opt/venv/lib/python3.11/site-packages/transformers/modeling_utils.py", line 542, in load_state_dict
    with safe_open(checkpoint_file, framework="pt") as f:
» safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer`,
  ),
  piece(
    'kv_cache_too_small',
    `
[2025-12-11 10:35:40] Scheduler hit an exception: Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/sglang/srt/model_executor/model_runner.py", line 1511, in init_memory_pool
    raise RuntimeError(
» RuntimeError: Not enough memory. Please try to increase --mem-fraction-static. Current value: self.server_args.mem_fraction_static=0.2

[2025-12-11 10:35:40] Received sigquit from a child process. It usually means the child failed.`,
  ),
  piece(
    'kv_cache_too_small',
    `
INFO 01-11 15:51:18 llm_engine.py:275] # GPU blocks: 229, # CPU blocks: 512
Traceback (most recent call last):
  File "load_llm.py", line 8, in <module>
    llm = LLM(model='/home/someone/models/alpaca-2')
» ValueError: The model's max seq len (4096) is larger than the maximum number of tokens that can be stored in KV cache (3664). Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.`,
  ),
  piece(
    'kv_cache_too_small',
    `
(EngineCore_DP0 pid=1094) ERROR 02-08 09:12:44 [core.py:930]     raise ValueError(
» (EngineCore_DP0 pid=1094) ERROR 02-08 09:12:44 [core.py:930] ValueError: To serve at least one request with the models's max seq len (262144), (24.0 GiB KV cache is needed, which is larger than the available KV cache memory (3.18 GiB). Based on the available memory, the estimated maximum model length is 34736. Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.
(APIServer pid=1000) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`,
  ),
  piece(
    'container_user_unknown',
    `
  File "vllm/model_executor/models/registry.py", line 1392, in _run_in_subprocess
    returned.check_returncode()
  File "torch/_inductor/runtime/cache_dir_utils.py", line 23, in default_cache_dir
    sanitized_username = re.sub(r'[\\\\/:*?"<>|]', "_", getpass.getuser())
  File "/usr/lib/python3.12/getpass.py", line 169, in getuser
    return pwd.getpwuid(os.getuid())[0]
» KeyError: 'getpwuid(): uid not found: 1000910000'`,
  ),
  piece(
    'bus_error_mmap',
    `
Loading safetensors checkpoint shards:  42% Completed | 3/7 [00:05<00:07,  1.8s/it]
» Fatal Python error: Bus error

Current thread 0x000079795dbe4740 (most recent call first):
  File "/home/someone/miniconda3/envs/sglang/lib/python3.12/site-packages/sglang/srt/layers/linear.py", line 1254 in weight_loader
  File "/home/someone/miniconda3/envs/sglang/lib/python3.12/site-packages/sglang/srt/models/qwen3.py", line 318 in load_weights`,
  ),
  piece(
    'bus_error_mmap',
    `
llama_model_load: ggml map size = 38917.99 MB
llama_model_load: loading tensors from './models/ggjt-model-model-q4_0.bin'
llama_init_from_file: kv self size  = 1280.00 MB
» Bus error (core dumped)`,
  ),
  piece(
    'p2p_unsupported',
    `
[19:01:01 TP0] Init nccl begin.
[19:01:01 TP1] Init nccl begin.
NCCL version 2.20.5+cuda12.4
» Failed: Cuda error /workspace/csrc/custom_all_reduce.cuh:307 'peer access is not supported between these two devices'
Failed: Cuda error /workspace/csrc/custom_all_reduce.cuh:307 'peer access is not supported between these two devices'
[rank1]:[W924 19:01:01.260102563 CudaIPCTypes.cpp:16] Producer process has been terminated before all shared CUDA tensors released.`,
  ),
  piece(
    'p2p_unsupported',
    `
(Worker_TP0 pid=811) INFO 09-22 10:01:40 [cuda.py:401] Using FLASH_ATTN backend.
» Failed: Cuda error /workspace/csrc/custom_all_reduce.cuh:455 'invalid argument'
(EngineCore_DP0 pid=702) ERROR 09-22 10:01:44 [multiproc_executor.py:230] Worker proc VllmWorker-1 died unexpectedly, shutting down executor.`,
  ),
  piece(
    'multimodal_config',
    `
(APIServer pid=1) Traceback (most recent call last):
(APIServer pid=1)   File "/usr/local/lib/python3.12/dist-packages/vllm/v1/core/encoder_cache_manager.py", line 311, in compute_mm_encoder_budget
(APIServer pid=1)     raise ValueError(
» (APIServer pid=1) ValueError: Chunked MM input disabled but max_tokens_per_mm_item (2496) is larger than max_num_batched_tokens (2048). Please increase max_num_batched_tokens.`,
  ),
  piece(
    'multimodal_config',
    `
pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig
»   Value error, \`limit_mm_per_prompt\` is only supported for multimodal models. [type=value_error, input_value=ArgsKwargs((), {'model': '...attention_dtype': None}), input_type=ArgsKwargs]
    For further information visit https://errors.pydantic.dev/2.11/v/value_error`,
  ),
  piece(
    'illegal_instruction',
    `
2024-03-06T17:53:22.336246Z  INFO shard-manager: text_generation_launcher: Starting shard rank=0
2024-03-06T17:53:31.052367Z ERROR shard-manager: text_generation_launcher: Shard complete standard error output:
 rank=0
» 2024-03-06T17:53:31.052444Z ERROR shard-manager: text_generation_launcher: Shard process was signaled to shutdown with signal 4 rank=0
Error: ShardCannotStart
2024-03-06T17:53:31.149443Z ERROR text_generation_launcher: Shard 0 failed to start`,
  ),
  piece(
    'illegal_instruction',
    `
2023/09/26 23:40:47 llama.go:346: waiting for llama runner to start responding
» 2023/09/26 23:40:47 llama.go:320: llama runner exited with error: signal: illegal instruction`,
  ),
  piece(
    'illegal_instruction',
    `
llama_model_load: type    = 1
llama_model_load: mem required  = 6065.34 MB (+ 1026.00 MB per state)
» /app/.devops/tools.sh: line 40:     7 Illegal instruction     ./main $arg2`,
  ),
  piece(
    'nccl_timeout',
    `
2023-12-28T13:17:07.318695558Z You are using a model of type llama to instantiate a model of type . This is not supported for all configurations of models and can yield errors.
» 2023-12-28T13:17:07.318704498Z [E ProcessGroupNCCL.cpp:828] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1, OpType=ALLREDUCE, Timeout(ms)=60000) ran for 69662 milliseconds before timing out.
2023-12-28T13:17:07.318723495Z [E ProcessGroupNCCL.cpp:455] Some NCCL operations have failed or timed out. Due to the asynchronous nature of CUDA kernels, subsequent GPU operations might run on corrupted/incomplete data.
2023-12-28T13:17:07.318739139Z terminate called after throwing an instance of 'std::runtime_error'`,
  ),
  piece(
    'unsupported_model_architecture',
    `
[INFO] Loading
ERROR:root:Model type mistral3 not supported.
Traceback (most recent call last):
  File "/opt/homebrew/lib/python3.13/site-packages/mlx_lm/utils.py", line 71, in _get_classes
    arch = importlib.import_module(f"mlx_lm.models.{model_type}")
ModuleNotFoundError: No module named 'mlx_lm.models.mistral3'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/opt/homebrew/bin/mlx_lm.convert", line 8, in <module>
    sys.exit(main())
» ValueError: Model type mistral3 not supported.`,
  ),
  piece(
    'unsupported_model_architecture',
    `
llama_model_loader: loaded meta data with 40 key-value pairs and 611 tensors from /models/m.gguf (version GGUF V3 (latest))
» llama_model_load: error loading model: error loading model architecture: unknown model architecture: 'qwen35moe'
llama_model_load_from_file_impl: failed to load model
srv    load_model: failed to load model, '/models/m.gguf'
main: exiting due to model loading error`,
  ),
  piece(
    'ray_placement_or_actor',
    `
ERROR 02-09 02:31:11 engine.py:389] Traceback (most recent call last):
ERROR 02-09 02:31:11 engine.py:389]   File "/usr/local/lib/python3.12/dist-packages/vllm/executor/ray_distributed_executor.py", line 71, in _init_executor
» ERROR 02-09 02:31:11 engine.py:389] ValueError: Ray does not allocate any GPUs on the driver node. Consider adjusting the Ray placement group or running the driver on a GPU node.`,
  ),
  piece(
    'ray_placement_or_actor',
    `
(EngineCore_DP0 pid=726) ERROR 11-23 11:58:48 [core.py:842]   File "/usr/local/lib/python3.12/dist-packages/vllm/v1/executor/ray_utils.py", line 301, in initialize_ray_cluster
(EngineCore_DP0 pid=726) ERROR 11-23 11:58:48 [core.py:842]     raise ValueError(
» (EngineCore_DP0 pid=726) ERROR 11-23 11:58:48 [core.py:842] ValueError: Current node has no GPU available. current_node_resource={'CPU': 16.0, 'memory': 1.0}. vLLM engine cannot start without GPU.`,
  ),
  piece(
    'ray_placement_or_actor',
    `
  File "/usr/local/lib/python3.8/dist-packages/ray/_private/worker.py", line 2549, in get
    raise value
» ray.exceptions.RayActorError: The actor died unexpectedly before finishing this task.
        class_name: RayWorker
        pid: 2048
The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR Worker exit detail: Worker unexpectedly exits with a connection error code 2. End of file.`,
  ),
  piece(
    'tensor_parallel_shape',
    `
  File "/usr/local/lib/python3.10/dist-packages/vllm/config.py", line 300, in verify_with_parallel_config
    raise ValueError(
» ValueError: Total number of attention heads (28) must be divisible by tensor parallel size (8).`,
  ),
  piece(
    'tensor_parallel_shape',
    `
[rank0]:   File "/opt/venv/lib/python3.12/site-packages/vllm/model_executor/layers/quantization/fp8.py", line 571, in create_weights
[rank0]:     raise ValueError(
» [rank0]: ValueError: The output_size of gate's and up's weight = 192 is not divisible by weight quantization block_n = 128.`,
  ),
  piece(
    'too_few_gpus',
    `
(Worker_TP1 pid=3301) ERROR 10-02 07:11:02 [multiproc_executor.py:703]     torch.cuda.set_device(self.device)
» (Worker_TP1 pid=3301) ERROR 10-02 07:11:02 [multiproc_executor.py:703] torch.AcceleratorError: CUDA error: invalid device ordinal
(Worker_TP1 pid=3301) ERROR 10-02 07:11:02 [multiproc_executor.py:703] CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.`,
  ),
  piece(
    'trust_remote_code_required',
    `
  File "/usr/local/lib/python3.12/dist-packages/transformers/dynamic_module_utils.py", line 682, in resolve_trust_remote_code
    raise ValueError(
» ValueError: The repository /models/DeepSeek-V2-Lite contains custom code which must be executed to correctly load the model. You can inspect the repository content at https://hf.co//models/DeepSeek-V2-Lite.
Please pass the argument \`trust_remote_code=True\` to allow custom code to be run.`,
  ),
  piece(
    'gated_repo_auth',
    `
  File "/usr/local/lib/python3.10/dist-packages/huggingface_hub/utils/_http.py", line 406, in hf_raise_for_status
    response.raise_for_status()
requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://huggingface.co/meta-llama/Meta-Llama-3-8B/resolve/main/config.json

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/local/lib/python3.10/dist-packages/transformers/utils/hub.py", line 398, in cached_file
huggingface_hub.utils._errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-66-77;88)

» Cannot access gated repo for url https://huggingface.co/meta-llama/Meta-Llama-3-8B/resolve/main/config.json.
Access to model meta-llama/Meta-Llama-3-8B is restricted. You must be authenticated to access it.`,
  ),
  piece(
    'disk_full',
    `
  File "/usr/local/lib/python3.12/dist-packages/huggingface_hub/file_download.py", line 541, in http_get
    temp_file.write(chunk)
» OSError: [Errno 28] No space left on device`,
  ),
  piece(
    'disk_full',
    `
» Error: write /root/.ollama/models/blobs/sha256-aabb-partial-3: no space left on device`,
  ),
  piece(
    'permission_denied',
    `
  File "/usr/lib/python3.12/os.py", line 225, in makedirs
    mkdir(name, mode)
» PermissionError: [Errno 13] Permission denied: '/.cache'`,
  ),
  piece(
    'permission_denied',
    `
» Error: could not create directory mkdir /usr/share/ollama: permission denied`,
  ),
  piece(
    'host_oom_killed',
    `
Loading safetensors checkpoint shards:  62% Completed | 18/29 [01:12<00:44,  4.0s/it]
» ./serve.sh: line 12: 40213 Killed                  vllm serve /models/big --tensor-parallel-size 2`,
  ),
  piece(
    'host_oom_killed',
    `
srun: error: node7: task 0: Out Of Memory
» slurmstepd: error: Detected 1 oom_kill event in StepId=8812.0. Some of the step tasks have been OOM Killed.`,
  ),
  piece(
    'host_memory_or_limit',
    `
» Error: model requires more system memory (48.2 GiB) than is available (29.9 GiB)`,
  ),
  piece(
    'host_memory_or_limit',
    `
  File "/usr/lib/python3.10/multiprocessing/reduction.py", line 198, in DupFd
» OSError: [Errno 24] Too many open files`,
  ),
  piece(
    'host_memory_or_limit',
    `
ValueError: Too large swap space. 16.00 GiB out of the 15.24 GiB total CPU memory is allocated for the swap space.`.replace(
      'ValueError',
      '» ValueError',
    ),
  ),
  piece(
    'context_length_invalid',
    `
» ValueError: User-specified max_model_len (131072) is greater than the derived max_model_len (max_position_embeddings=32768 or model_max_length=None in model's config.json). This may lead to incorrect model outputs or CUDA errors.`,
  ),
  piece(
    'cuda_driver_mismatch',
    `
  File "/opt/venv/lib/python3.12/site-packages/torch/cuda/__init__.py", line 372, in _lazy_init
    torch._C._cuda_init()
» RuntimeError: The NVIDIA driver on your system is too old (found version 12020). Please update your GPU driver by downloading and installing a new version.`,
  ),
  piece(
    'cuda_driver_mismatch',
    `
» docker: Error response from daemon: failed to create shim task: OCI runtime create failed: nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9, please update your driver to a newer version, or use an earlier cuda container: unknown.`,
  ),
  piece(
    'gpu_hardware_or_driver_fault',
    `
[ 8723.1] NVRM: GPU at PCI:0000:3b:00: GPU-11
» [ 8723.1] NVRM: Xid (PCI:0000:3b:00): 79, pid=9123, GPU has fallen off the bus.`,
  ),
  piece(
    'gpu_hardware_or_driver_fault',
    `
(Worker_TP3 pid=91) ERROR 06-11 21:00:10 [multiproc_executor.py:559]   File "/opt/venv/lib/python3.12/site-packages/vllm/v1/worker/gpu_worker.py", line 140, in init_device
» (Worker_TP3 pid=91) ERROR 06-11 21:00:10 [multiproc_executor.py:559] RuntimeError: CUDA error: uncorrectable ECC error encountered`,
  ),
  piece(
    'compute_capability_unsupported',
    `
» ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5. You can use float16 instead by explicitly setting the \`dtype\` flag in CLI, for example: --dtype=half.`,
  ),
  piece(
    'compute_capability_unsupported',
    `
» ValueError: The quantization method fp8 is not supported for the current GPU. Minimum capability: 89. Current capability: 86.`,
  ),
  piece(
    'quantization_unsupported',
    `
» ValueError: Quantization method specified in the model config (awq) does not match the quantization method specified in the \`quantization\` argument (gptq).`,
  ),
  piece(
    'quantization_unsupported',
    `
» ValueError: torch.bfloat16 is not supported for quantization method awq. Supported dtypes: [torch.float16]`,
  ),
  piece(
    'attention_backend_unsupported',
    `
» ValueError: Selected backend AttentionBackendEnum.FLASH_ATTN is not valid for this configuration. Reason: ['kv_cache_dtype not supported']`,
  ),
  piece(
    'compiler_or_headers_missing',
    `
  File "/opt/venv/lib/python3.12/site-packages/triton/runtime/build.py", line 32, in _build
» RuntimeError: Failed to find C compiler. Please specify via CC environment variable or set triton.knobs.build.impl.`,
  ),
  piece(
    'compiler_or_headers_missing',
    `
  File "/opt/venv/lib/python3.11/site-packages/torch/utils/cpp_extension.py", line 2780, in _join_cuda_home
» OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root.`,
  ),
  piece(
    'compiler_or_headers_missing',
    `
/tmp/tmp3k/main.c:5:10: fatal error: Python.h: No such file or directory
    5 | #include <Python.h>
compilation terminated.`.replace('/tmp/tmp3k', '» /tmp/tmp3k'),
  ),
  piece(
    'python_module_missing',
    `
» /usr/bin/python3: No module named vllm`,
  ),
  piece(
    'python_module_missing',
    `
  File "/opt/venv/lib/python3.12/site-packages/vllm/model_executor/models/x.py", line 9, in <module>
» ImportError: Please install flash_attn to run this model: \`pip install flash-attn\``,
  ),
  piece(
    'package_version_mismatch',
    `
» RuntimeError: operator torchvision::nms does not exist`,
  ),
  piece(
    'package_version_mismatch',
    `
» AttributeError: '_OpNamespace' '_C' object has no attribute 'silu_and_mul'`,
  ),
  piece(
    'transformers_too_old',
    `
  File "/usr/local/lib/python3.10/dist-packages/transformers/models/auto/configuration_auto.py", line 1038, in from_pretrained
    config_class = CONFIG_MAPPING[config_dict["model_type"]]
  File "/usr/local/lib/python3.10/dist-packages/transformers/models/auto/configuration_auto.py", line 740, in __getitem__
    raise KeyError(key)
KeyError: 'qwen3'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/usr/local/lib/python3.10/dist-packages/transformers/models/auto/configuration_auto.py", line 1040, in from_pretrained
    raise ValueError(
» ValueError: The checkpoint you are trying to load has model type \`qwen3\` but Transformers does not recognize this architecture. This could be because of an issue with the checkpoint, or because your version of Transformers is out of date.`,
  ),
  piece(
    'abi_mismatch',
    `
» ImportError: /lib/x86_64-linux-gnu/libstdc++.so.6: version \`GLIBCXX_3.4.30' not found (required by /opt/conda/lib/python3.11/site-packages/sgl_kernel/common_ops.abi3.so)`,
  ),
  piece(
    'repo_not_found',
    `
Error: pull model manifest: file does not exist`.replace('Error', '» Error'),
  ),
  piece(
    'hf_offline_or_network',
    `
'(MaxRetryError("HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /Qwen/Qwen2-7B/resolve/main/config.json"))' thrown while requesting HEAD https://huggingface.co/Qwen/Qwen2-7B/resolve/main/config.json
» OSError: We couldn't connect to 'https://huggingface.co' to load this file, couldn't find it in the cached files and it looks like Qwen/Qwen2-7B is not the path to a directory containing a file named config.json.`,
  ),
  piece(
    'tool_parser_invalid',
    `
» TypeError: Error: --enable-auto-tool-choice requires --tool-call-parser`,
  ),
  piece(
    'bad_cli_flag',
    `
usage: launch_server.py [-h] --model-path MODEL_PATH
» launch_server.py: error: unrecognized arguments: --max-model-len 8192`,
  ),
  piece(
    'bad_launch_command',
    `
usage: vllm [-h] [-v] {chat,complete,serve,bench,collect-env,run-batch} ...
» vllm: error: argument subparser: invalid choice: 'server' (choose from 'chat', 'complete', 'serve', 'bench', 'collect-env', 'run-batch')`,
  ),
  piece(
    'binary_not_found',
    `
» bash: line 1: vllm: command not found`,
  ),
  piece(
    'weight_name_or_shape_mismatch',
    `
  File "/opt/venv/lib/python3.12/site-packages/vllm/model_executor/models/utils.py", line 221, in _load_module
    raise ValueError(msg)
» ValueError: There is no module or parameter named 'language_model' in LlamaForCausalLM`,
  ),
  piece(
    'gguf_load_failure',
    `
» llama_model_load: error loading model: done_getting_tensors: wrong number of tensors; expected 292, got 291
llama_model_load_from_file_impl: failed to load model`,
  ),
  piece(
    'gguf_load_failure',
    `
» gguf_init_from_file_impl: invalid magic characters: 'vers', expected 'GGUF'
llama_model_load: error loading model: llama_model_loader: failed to load model from /models/x.gguf
llama_model_load_from_file_impl: failed to load model`,
  ),
  piece(
    'gpu_oom_runtime_buffers',
    `
» RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests. Please try lowering \`max_num_seqs\` or \`gpu_memory_utilization\` when initializing the engine.`,
  ),
  piece(
    'gpu_memory_in_use_by_others',
    `
» torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB of which 1.10 GiB is free. Process 4242 has 70.05 GiB memory in use. Including non-PyTorch memory, this process has 8.00 GiB memory in use. Of the allocated memory 7.10 GiB is allocated by PyTorch, and 20.00 MiB is reserved by PyTorch but unallocated.`,
  ),
  piece(
    'cuda_fork_after_init',
    `
» RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method
ERROR 08-01 11:01:00 api_server.py:188] RPCServer process died before responding to readiness probe`,
  ),
  piece(
    'lora_error',
    `
» ValueError: LoRA rank 64 is greater than max_lora_rank 16.`,
  ),
  piece(
    'chat_template_missing',
    `
» ValueError: Cannot use chat template functions because tokenizer.chat_template is not set and no template argument was passed! For information about writing templates and setting the tokenizer.chat_template attribute, please see the documentation`,
  ),
  piece(
    'tokenizer_load_failure',
    `
» Exception: data did not match any variant of untagged enum ModelWrapper at line 757479 column 3`,
  ),
  piece(
    'tokenizer_load_failure',
    `
  File "/usr/local/lib/python3.10/dist-packages/transformers/tokenization_utils_base.py", line 2094, in from_pretrained
» OSError: Can't load tokenizer for 'org/model'. If you were trying to load it from 'https://huggingface.co/models', make sure you don't have a local directory with the same name.`,
  ),
  piece(
    'no_gpu_visible',
    `
» RuntimeError: No CUDA GPUs are available`,
  ),
  piece(
    'no_gpu_visible',
    `
» docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].`,
  ),
  piece(
    'scheduler_config_invalid',
    `
» ValueError: max_num_batched_tokens (512) must be greater than or equal to max_num_seqs (1024).`,
  ),
  piece(
    'zmq_ipc_unsupported',
    `
» zmq.error.ZMQError: ipc path "/very/long/tmp/directory/of/a/batch/job/0123456789/0123456789/0123456789/0123456789/0123456789/sock" is longer than 107 characters (sizeof(sockaddr_un.sun_path)).`,
  ),
  piece(
    'dev_shm_too_small',
    `
» RuntimeError: unable to write to file </torch_1123_442_0>: No space left on device (28). DataLoader worker is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory. Please try to raise your shared memory limit.`,
  ),
  piece(
    'shared_library_missing',
    `
» ImportError: libcudart.so.12: cannot open shared object file: No such file or directory`,
  ),
  piece(
    'no_kernel_image',
    `
NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.
» RuntimeError: CUDA error: no kernel image is available for execution on the device`,
  ),
  piece(
    'triton_shared_memory_limit',
    `
» triton.runtime.errors.OutOfResources: out of resource: shared memory, Required: 114688, Hardware limit: 101376. Reducing block sizes or \`num_stages\` may help.`,
  ),
  piece(
    'segfault',
    `
!!!!!!! Segfault encountered !!!!!!!
  File "<unknown>", line 0, in ncclCommInitRank`.replace('!!!!!!! Segf', '» !!!!!!! Segf'),
  ),
  piece(
    'port_in_use',
    `
» OSError: [Errno 98] Address already in use`,
  ),
  piece(
    'nccl_error',
    `
» torch.distributed.DistBackendError: NCCL error in: ../torch/csrc/distributed/c10d/NCCLUtils.hpp:268, unhandled cuda error (run with NCCL_DEBUG=INFO for details), NCCL version 2.19.3
ncclUnhandledCudaError: Call to CUDA function failed.
Last error:
Cuda failure 'peer mapping resources exhausted'`,
  ),
  piece(
    'gpu_memory_in_use_by_others',
    `
» [2025-06-02 11:20:31 TP1] RuntimeError: The memory capacity is unbalanced. Some GPUs may be occupied by other processes. pre_model_load_memory=9.41, local_gpu_memory=78.2, local_gpu_memory * 0.9=70.4`,
  ),
  piece(
    'gpu_oom_runtime_buffers',
    `
print_info: n_vocab = 151936
» llama_init_from_model: failed to initialize the context: failed to allocate compute pp buffers
common_init_from_params: failed to create context with model '/models/x.gguf'
main: exiting due to model loading error`,
  ),
  piece(
    'gpu_oom_weights',
    `
» llama_model_load: error loading model: unable to allocate CUDA0 buffer
llama_model_load_from_file_impl: failed to load model
main: exiting due to model loading error`,
  ),
  piece(
    'host_memory_or_limit',
    `
  File "/opt/venv/lib/python3.12/site-packages/sglang/srt/mem_cache/memory_pool_host.py", line 88, in __init__
    buffer = torch.empty(dims, pin_memory=True)
» torch.AcceleratorError: CUDA error: out of memory`,
  ),
  piece(
    'host_memory_or_limit',
    `
» ggml_cuda_host_malloc: cudaHostAlloc of 2048.00 MiB failed: out of memory`,
  ),
  piece(
    'host_memory_or_limit',
    `
  File "/usr/lib/python3.12/threading.py", line 992, in start
    _start_new_thread(self._bootstrap, ())
» RuntimeError: can't start new thread`,
  ),
  piece(
    'dev_shm_too_small',
    `
node1:88:140 [0] NCCL INFO Channel 01/02 : 0 1
» node1:88:140 [0] misc/shmutils.cc:87 NCCL WARN Error: failed to extend /dev/shm/nccl-q1Xy to 33030532 bytes`,
  ),
  piece(
    'dev_shm_too_small',
    `
  File "/usr/lib/python3.12/multiprocessing/shared_memory.py", line 115, in __init__
    os.ftruncate(self._fd, size)
» OSError: [Errno 28] No space left on device`,
  ),
  piece(
    'slurm_time_limit',
    `
» slurmstepd: error: *** JOB 99211 ON gpu12 CANCELLED AT 2026-02-02T02:02:02 DUE TO PREEMPTION ***`,
  ),
  piece(
    'address_not_available',
    `
» ERROR:    [Errno 99] error while attempting to bind on address ('10.9.8.7', 8000): cannot assign requested address`,
  ),
  piece(
    'permission_denied',
    `
» ERROR:    [Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied`,
  ),
  piece(
    'context_length_invalid',
    `
» ValueError: Unknown RoPE scaling type longrope`,
  ),
  piece(
    'multimodal_config',
    `
  File "/opt/venv/lib/python3.12/site-packages/vllm/multimodal/profiling.py", line 170, in _get_dummy_mm_inputs
    return self.processor.apply(
  File "/opt/venv/lib/python3.12/site-packages/vllm/multimodal/processing.py", line 1590, in apply
    raise RuntimeError(
» RuntimeError: Expected there to be a placeholder in the prompt`,
  ),
  piece(
    'scheduler_config_invalid',
    `
» text_generation_launcher::main: ArgumentValidation("\`max_input_tokens\` must be < \`max_total_tokens\`")`,
  ),
  piece(
    'compute_capability_unsupported',
    `
ninja: build stopped: subcommand failed.
» nvcc fatal   : Unsupported gpu architecture 'compute_120a'`,
  ),
  piece(
    'triton_compile_failure',
    `
» torch._dynamo.exc.BackendCompilerFailed: backend='inductor' raised:
Set TORCH_LOGS="+dynamo" for more information`,
  ),
  piece(
    'triton_compile_failure',
    `
  File "/opt/venv/lib/python3.12/site-packages/triton/compiler/code_generator.py", line 1190, in visit_Call
    ret = fn(*args)
» IndexError: list index out of range`,
  ),
  piece(
    'attention_backend_unsupported',
    `
  File "/opt/venv/lib/python3.12/site-packages/flashinfer/prefill.py", line 1500, in plan
    self._plan_info = self._cached_module.plan(
» RuntimeError: plan failed, tensor shapes do not agree`,
  ),
  piece(
    'no_gpu_visible',
    `
build: 5500 (abcdef01) with cc for x86_64-linux-gnu
» warning: no usable GPU found, --gpu-layers option will be ignored
main: error: unable to load model`,
  ),
  piece(
    'cuda_runtime_error',
    `
(EngineCore_DP0 pid=77) ERROR 09-09 09:09:09 [core.py:710]   File "/opt/venv/lib/python3.12/site-packages/vllm/v1/worker/gpu_model_runner.py", line 2000, in _bookkeeping_sync
» (EngineCore_DP0 pid=77) ERROR 09-09 09:09:09 [core.py:710] torch.AcceleratorError: CUDA error: an illegal memory access was encountered`,
  ),
  piece(
    'p2p_unsupported',
    `
  File "/opt/venv/lib/python3.12/site-packages/vllm/distributed/device_communicators/custom_all_reduce.py", line 201, in register_graph_buffers
    handle, offset = ops.get_graph_buffer_ipc_meta(self._ptr)
» RuntimeError: CUDA error: invalid argument`,
  ),
  piece(
    'nccl_error',
    `
» gpu4:510:900 [2] NCCL WARN Bootstrap : no socket interface found`,
  ),
  piece(
    'quantization_unsupported',
    `
  File "/opt/venv/lib/python3.12/site-packages/vllm/model_executor/layers/quantization/compressed_tensors/compressed_tensors.py", line 402, in _get_scheme_from_parts
    raise NotImplementedError(
» NotImplementedError: No scheme matches these weights`,
  ),
  piece(
    'gated_repo_auth',
    `
» requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://huggingface.co/api/models/org/private-model`,
  ),
  piece(
    'repo_not_found',
    `
» Repository Not Found for url: https://huggingface.co/api/models/org/no-such-model/revision/main.
Please make sure you specified the correct \`repo_id\` and \`repo_type\`.`,
  ),
  piece(
    'hf_offline_or_network',
    `
» requests.exceptions.ProxyError: HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /api/models/org/m (Caused by ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication Required')))`,
  ),
  piece(
    'hf_offline_or_network',
    `
» RuntimeError: Data processing error: CAS service error : Reqwest Error: HTTP status server error`,
  ),
  piece(
    'abi_mismatch',
    `
» ImportError: Could not load any common_ops library!`,
  ),
  piece(
    'package_version_mismatch',
    `
» ImportError: tokenizers>=0.21,<0.22 is required for a normal functioning of this module, but found tokenizers==0.20.3.`,
  ),
  piece(
    'transformers_too_old',
    `
  File "/opt/venv/lib/python3.11/site-packages/transformers/models/auto/configuration_auto.py", line 740, in __getitem__
    raise KeyError(key)
» KeyError: 'glm4_moe'`,
  ),
  piece(
    'python_version_unsupported',
    `
  File "/opt/venv/lib/python3.9/site-packages/sglang/srt/utils.py", line 120, in <module>
    def f(x: int | None):
» TypeError: unsupported operand type(s) for |: 'type' and 'NoneType'`,
  ),
  piece(
    'gguf_load_failure',
    `
» llama_model_load_from_file_impl: failed to load model
main: exiting due to model loading error`,
  ),
  piece(
    'model_config_invalid',
    `
  File "/opt/venv/lib/python3.12/site-packages/transformers/configuration_utils.py", line 800, in _get_config_dict
» OSError: It looks like the config file at '/models/x/config.json' is not a valid JSON file.`,
  ),
  piece(
    'weight_name_or_shape_mismatch',
    `
  File "/opt/venv/lib/python3.12/site-packages/vllm/model_executor/models/qwen3_moe.py", line 610, in load_weights
    weight_loader(param, loaded_weight)
» AssertionError: unexpected expert count`,
  ),
  piece(
    'lora_error',
    `
» RuntimeError: Loading lora /adapters/french failed`,
  ),
  piece(
    'speculative_config_invalid',
    `
» ValueError: num_speculative_tokens must be provided with speculative model unless the draft model config contains an n_predict parameter.`,
  ),
  piece(
    'native_abort',
    `
llama_context: n_ctx = 4096
» /src/ggml/src/ggml-backend.cpp:1703: GGML_ASSERT((char *)addr + ggml_backend_buffer_get_alloc_size(buffer, tensor) <= (char *)ggml_backend_buffer_get_base(buffer)) failed`,
  ),
  piece(
    'model_config_invalid',
    `
2025-03-08 02:04:48,697 - __main__ - INFO -     raise JSONDecodeError("Expecting value", s, err.value) from None
» 2025-03-08 02:04:48,697 - __main__ - INFO - json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)
2025-03-08 02:04:48,697 - __main__ - INFO - [2025-03-08 02:04:48] Received sigquit from a child proces. It usually means the child failed.`,
  ),
  piece(
    'native_abort',
    `
» time=2024-06-07T09:17:01.100+08:00 level=ERROR source=sched.go:344 msg="error loading llama server" error="llama runner process has terminated: exit status 0xc0000409 "`,
  ),
  piece(
    'unsupported_model_architecture',
    `
» llama_model_load: error loading model: error loading model architecture: unknown model architecture: 'phi3'
llama_load_model_from_file: exception loading model
time=2024-04-25T18:30:30.049+02:00 level=ERROR source=routes.go:120 msg="error loading llama server" error="llama runner process no longer running: 3221226505 "
[GIN] 2024/04/25 - 18:30:30 | 500 |    536.2714ms |       127.0.0.1 | POST     "/api/chat"`,
  ),
  piece(
    'tool_parser_invalid',
    `
» ValueError: think_end_token '</think>' must encode to exactly one token for constrained reasoning.
[2026-05-09 10:00:00] Received sigquit from a child process. It usually means the child failed.`,
  ),
  piece(
    'lora_error',
    `
[2026-04-18 10:00:00] Scheduler hit an exception: Traceback (most recent call last):
  File "/sgl-workspace/sglang/python/sglang/srt/lora/lora_manager.py", line 260, in fetch_new_loras
»     assert len(cur_uids) <= self.max_loras_per_batch
AssertionError

[2026-04-18 10:00:01] Received sigquit from a child process. It usually means the child failed.`,
  ),
  piece(
    'native_abort',
    `
llama_model_loader: loaded meta data with 30 key-value pairs
» terminate called without an active exception`,
  ),
  piece(
    'cuda_runtime_error',
    `
terminate called after throwing an instance of 'c10::Error'
»   what():  CUDA error: an illegal memory access was encountered
Aborted (core dumped)`,
  ),
  piece(
    'model_path_not_found',
    '» OSError: /models/llama does not appear to have a file named config.json. Checkout the files there.',
  ),
  piece(
    'too_few_gpus',
    '» ValueError: Tensor parallel size (4) cannot be larger than the number of available GPUs (2).',
  ),
  piece(
    'package_version_mismatch',
    "» ValueError: 'aimv2' is already used by a Transformers config, pick another name.",
  ),
  piece('package_version_mismatch', '» ImportError: Numba needs NumPy 2.2 or less. Got NumPy 2.3.'),
  piece(
    'package_version_mismatch',
    `
  File "/opt/venv/lib/python3.12/site-packages/vllm/transformers_utils/tokenizer.py", line 96, in get_cached_tokenizer
    tokenizer_all_special_tokens_extended = tokenizer.all_special_tokens_extended
» AttributeError: 'Qwen2Tokenizer' object has no attribute 'all_special_tokens_extended'`,
  ),
  piece(
    'package_version_mismatch',
    "» AttributeError: 'LlamaAttention' object has no attribute 'rope_theta'",
  ),
]

/** The log without its mark, and the line that was marked. */
export function unmarked(example: Example): { log: string; rootLine: string } {
  const lines = example.log.split('\n')
  const marked = lines.findIndex(line => line.startsWith('» '))
  const rootLine = lines[marked]!.slice(2)
  return { log: lines.with(marked, rootLine).join('\n'), rootLine: rootLine.trim() }
}
