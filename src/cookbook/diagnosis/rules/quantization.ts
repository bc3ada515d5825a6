import type { Rule } from '../types.ts'

export const quantization: readonly Rule[] = [
  {
    id: 'quantization-unsupported',
    cause: 'quantization_unsupported',
    strength: 'exact',
    match: [
      /assert self\.quant_method is not None/,
      /[Uu]nknown quantization method:? ?(?<method>[\w-]+)?/,
      /[Ii]nvalid quantization method:? ?(?<method>[\w-]+)?/,
      /[Qq]uantization method specified in the model config \((?<method>[\w-]+)\) does not match the quantization method specified in the `?quantization`? argument \((?<given>[\w-]+)\)/,
      /(?<method>[\w-]+) quantization is (?:currently )?not (?:yet )?(?:supported|fully supported)/,
      /[Qq]uantization (?:method |scheme |config |type )?'?(?<method>[\w-]+)?'? ?.{0,40}(?:is not|isn't|not) (?:yet )?(?:supported|implemented|available|compatible)/,
      /For (?<method>FP8|\w+) (?:Fused )?MoE layers, only .*(?:are|is) supported/,
      /(?:only|Only) (?:per-tensor|per-channel|block|symmetric|group|static|4-bit|8-bit|int4|fp8|W\dA\d+)\S* .*(?:supported|support)/,
      /(?:AWQ|GPTQ|Marlin|Machete|FP8|fp8|NVFP4|MXFP4|mxfp4|nvfp4|W8A8|INT8|bitsandbytes|BitsAndBytes|ModelOpt|modelopt|Quark|quark|GGUF|compressed-tensors|compressed_tensors|CompressedTensors\w*|FBGEMM|HQQ|AQLM|torchao|TorchAO)\b.{0,120}(?:is not supported|are not supported|not supported|does not support|doesn't support|only supports?|unsupported|not implemented|not (?:yet )?compatible|[Cc]annot)/,
      /No (?:compatible|supported|suitable) (?:\w+ )?(?:kernel|compressed-tensors|quantization|linear|scheme|backend)s? .*(?:found|support|available)/i,
      /Failed to find a kernel that can implement the/,
      /[Nn]o (?:FP8|NvFp4|NVFP4|MXFP4|\w+) ?(?:MoE|linear|GEMM)? ?backend supports/,
      /Cannot find the config file for (?<method>\w+)/,
      /The (?:input|output) size is not aligned with the quantized weight shape/,
      /NotImplementedError: .*(?:quant|4bit|8bit|bits)/i,
      /(?:4bit|8bit|4-bit|8-bit) quantization is not supported/i,
      /Could not find the quantization (?:method|config)|quantization_config .*(?:missing|invalid|not)/i,
      /torch\.\w+ is not supported for quantization method (?<method>[\w-]+)\. Supported dtypes: \[(?<dtype>[^\]]+)\]/,
      /(?:group_size|desc_act|weight_bits|num_bits)\W.{0,60}(?:not supported|unsupported|must be|only)/,
      /[Uu]nsupported (?:quant\w*|num_bits|bits|group.?size|weight dtype|scale|scheme|FP8|fp8)/,
      /Currently,? only (?:support\w*|fp8|int4|\d+-bit).{0,80}(?:quant|support|weight|scheme|moe)/i,
      /lm_head\.\w*(?:input_scale|weight_scale\w*)/,
      /GPTQMarlin\w*|assert .*quant/,
      /QuantizedSwitchLinear/,
      /quantize \w+ .*(?:not supported|unsupported)/i,
    ],
    unless:
      /KeyError|is not fully optimized|may (?:be slow|cause)|The speed|slower|fallback|for the current GPU|GPTQMarlin\w*$/i,
    meaning: 'This quantisation does not work with this model, engine version or GPU.',
    fixes: [
      {
        title: 'Use the quantisation the model was made with',
        do: [{ set: 'quantization', to: '{matching}' }],
        engines: ['vllm', 'sglang'],
      },
      { title: 'Compute in {halfName}', do: [{ set: 'dtype', to: '{halfName}' }] },
      {
        title: 'Let the engine read the quantisation from the model',
        do: [{ drop: 'quantization' }],
        engines: ['vllm', 'sglang', 'tgi'],
      },
      { title: 'Upgrade the engine', do: [{ pip: ['--upgrade', '{package}'] }] },
      {
        title: 'Take a checkpoint in another format',
        do: [{ run: 'choose a checkpoint with a quantisation this engine and GPU support' }],
      },
    ],
    derive: ({ values }) => ({
      matching: values.given ? values.method : undefined,
      halfName: values.dtype ? (values.dtype.includes('bfloat16') ? 'bfloat16' : 'half') : undefined,
    }),
  },
  {
    id: 'quantization-by-stack',
    cause: 'quantization_unsupported',
    strength: 'place',
    match: [
      /(?:ValueError|RuntimeError|NotImplementedError|AssertionError|KeyError|TypeError|AttributeError|Exception)\b/,
      /^assert /,
    ],
    after: [/layers\/quantization\/[\w/]+\.py", line \d+, in /],
    unless: /out of memory|CUDA error|HIP error/,
    when: ({ before }) => !before.slice(-8).some(line => /\/deep_gemm\//.test(line)),
    meaning: 'Setting up the quantisation of the model failed.',
    fixes: [
      {
        title: 'Let the engine read the quantisation from the model',
        do: [{ drop: 'quantization' }],
        engines: ['vllm', 'sglang', 'tgi'],
      },
      { title: 'Upgrade the engine', do: [{ pip: ['--upgrade', '{package}'] }] },
      {
        title: 'Take a checkpoint in another format',
        do: [{ run: 'choose a checkpoint with a quantisation this engine and GPU support' }],
      },
    ],
  },
]
