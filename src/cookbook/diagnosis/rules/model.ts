import type { Rule } from '../types.ts'

export const model: readonly Rule[] = [
  {
    id: 'path-missing',
    cause: 'model_path_not_found',
    strength: 'exact',
    match: [
      /failed to open (?:GGUF file )?'?(?<path>[^:'\s]+)'?: No such file or directory/,
      /failed to open (?:GGUF file )?'?(?<path>[^:']+\.(?:gguf|bin))'?/,
      /(?:gguf_init_from_file|llama_model_loader|load_model)\w*: (?:failed|error)[^:]{0,60}open(?:ing)?\b.{0,4}(?<path>\S+)/,
      /[Nn]o such file or directory: '?(?<path>[^'\s]+(?:\.safetensors|\.gguf|\.json|\.bin|\.pt|\.model|\/)[^'\s]*)'?/,
      /Cannot find any model weights with `?(?<path>[^`\s]+)/,
      /No (?:safetensors|model weights?|\.bin|\.pt|weights?)(?: files?)? (?:found|were found) (?:in|at|for) '?(?<path>\S+)/i,
      /(?:model|Model|tokenizer) (?:path|file|directory|folder) '?(?<path>[^'\s]+)'? (?:does not exist|not found|doesn't exist|is not)/,
      /(?:path|directory|folder) [`'"]?(?<path>\/[^`'"\s]+)[`'"]? (?:does not exist|doesn't exist|not found)/,
      /HFValidationError: Repo id must .*'(?<path>(?:\/|\.\.?\/|~)[^']*)'/,
      /Repo id must (?:be in the form|use alphanumeric).*'(?<path>(?:\/|\.\.?\/|~)[^']*)'/,
      /(?<path>[/.~]\S+) does not (?:exist|contain|appear to have)/,
      /(?<path>[/.~]\S+) is not a local folder and is not a valid model identifier/,
      /Error no file named (?<file>\S+).*found in directory (?<path>\S+)/,
      /(?:Can't|Cannot|Could not|could not) (?:load|find|open) (?:the )?(?:configuration|config|model|tokenizer|file) (?:of |for |at |from )?'(?<path>(?:\/|\.)[^']+)'/,
      /FileNotFoundError: (?<path>.*(?:model|weights|config|safetensors|gguf).*)/,
      /error: (?:model|file) (?:path|file) does not exist|invalid model path/i,
      /Model not found at|model file .*not found/i,
    ],
    unless:
      /chat.?template|adapter_\w+\.|\/dev\/shm|\.so\b|Config file|gcc|nvcc|ninja|command not found|tuned|E=\d+,N=\d+|\.triton|socket|fused_moe/i,
    meaning: 'A file or folder does not exist[: {path}].',
    fixes: [
      { title: 'Give the path of the model as it is on the host', do: [{ set: 'model', to: '{corrected}' }] },
      { title: 'Look what is there', do: [{ run: 'ls -l {folder}' }] },
      { title: 'Download the model', do: [{ run: 'hf download {repoInArgv}' }] },
    ],
  },
  {
    id: 'gguf-unreadable',
    cause: 'gguf_load_failure',
    strength: 'exact',
    match: [
      /bad magic \[got/,
      /invalid (?:file )?magic|invalid magic (?:number|characters)/,
      /(?:error|Error) loading model vocabulary: (?!unknown pre-tokenizer)/,
      /vocab size mismatch/,
      /wrong number of tensors; expected (?<want>\d+), got (?<have>\d+)/,
      /missing tensor '(?<tensor>[^']+)'/,
      /tensor '(?<tensor>[^']+)' (?:has wrong shape|has invalid|not found|data is not within|is duplicated|has offset|of type \d+ .* has)/,
      /check_tensor_dims: tensor/,
      /key not found in model: (?<key>\S+)/,
      /error loading model hyperparameters: /,
      /error loading model(?: architecture)?: (?!unknown (?:model )?architecture|unknown pre-tokenizer|unable to allocate|failed to open|mmap failed)/,
      /unsupported (?:GGUF|file|model) version|bad GGUF version|GGUFv1 is no longer supported/i,
      /(?:tensor|data) .*(?:is not within the file bounds|out of bounds|corrupted or incomplete)|file (?:is )?(?:corrupt|truncated|incomplete)/i,
      /gguf_init_from_file\w*: (?!failed to open)/,
      /failed to read (?:magic|key-value|tensor|header|GGUF)/,
      /invalid split file|illegal split file|split file .*(?:missing|not found|mismatch|idx)/i,
      /unknown (?:ggml|tensor|quantization) type|invalid ggml type/i,
      /invalid model file/,
      /GGUF.*(?:is not supported|not yet supported)/,
      /unexpectedly reached end of file/,
      /ggml_backend.*unsupported tensor type|this (?:format|quant\w*) is no longer supported/i,
      /done_getting_tensors/,
      /unable to load model: \S*blobs\/sha256/,
    ],
    unless:
      /No such file or directory|unable to allocate|out of memory|clip_model|unknown (?:model )?architecture|unknown pre-tokenizer/,
    meaning:
      'The GGUF file cannot be used by this build: it is damaged, incomplete, or made by a converter of another time.',
    fixes: [
      { title: 'Update llama.cpp', do: [{ run: 'update the engine to its newest release' }] },
      {
        title: 'Download or convert the file again',
        do: [{ run: 'download the GGUF again and compare its size and checksum' }],
      },
    ],
  },
  {
    id: 'gguf-failed-quietly',
    cause: 'gguf_load_failure',
    strength: 'echo',
    match: [
      /(?:llama_load_model_from_file|llama_model_load_from_file\w*): failed to load model/,
      /main: error: (?:unable|failed) to load model/,
    ],
    meaning: 'llama.cpp could not load the model and its log does not say why.',
    fixes: [{ title: 'Let it say more', do: [{ flag: '-v' }] }],
  },
  {
    id: 'architecture-unknown',
    cause: 'unsupported_model_architecture',
    strength: 'exact',
    match: [
      /Model architectures? (?:\['?)?(?<architecture>[\w', ]+?)'?\]? (?:are|is) not supported/,
      /unknown model architecture: '(?<architecture>[^']+)'/,
      /unknown pre-tokenizer type: '(?<architecture>[^']*)'/,
      /[Mm]odel type '?(?<architecture>[\w.-]+)'? (?:is )?not supported/,
      /[Uu]nsupported (?:model(?: type| architecture| IR version)?|architectures?):? ?'?(?<architecture>[\w.-]+)?/,
      /(?<architecture>\w+(?:ForCausalLM|ForConditionalGeneration|LMHeadModel|ForSequenceClassification)) (?:is not|has no|does not|not|hasn't) (?:support\w*|yet|implement\w*|vLLM|SGLang|a)/,
      /has no vLLM implementation/,
      /Model architecture .*(?:failed to be inspected|not (?:supported|registered))/,
      /Cannot find model module\. '(?<architecture>\w+)' is not a registered model/,
      /is not a registered model in the Transformers library/,
      /architecture '?(?<architecture>[\w.-]+)'? .*not (?:yet )?(?:supported|recognized|implemented)/i,
      /(?:does not|doesn't|not) (?:yet )?support (?:this|the) (?:model|architecture)/i,
      /(?:GGUF|gguf) model (?:with architecture )?'?(?<architecture>[\w.-]+)'? (?:is )?not supported/,
      /(?:This model|The model|Model \S+) (?:is not|isn't|does not|doesn't) (?:yet )?(?:supported|support)\b(?!.*(?:LoRA|lora|pipeline|quantization|chat|tool|embedding|generate|task|runner|token))/,
      /model .*does not support '?--?(?:task|runner)'? /,
    ],
    unless:
      /LoRA|Transformers does not recognize|out of memory|quantiz|lora|pipeline parallel|attention backend|Platform/,
    meaning: 'This version of the engine has no implementation of this model[: {architecture}].',
    fixes: [
      {
        title: 'Upgrade the engine',
        do: [{ pip: ['--upgrade', '{package}'] }],
        engines: ['vllm', 'sglang', 'tgi', 'mlx', 'other'],
      },
      {
        title: 'Update the engine',
        do: [{ run: 'update the engine to its newest release' }],
        engines: ['llama.cpp', 'ollama'],
      },
      {
        title: 'Run it through transformers',
        do: [{ flag: '--model-impl', to: 'transformers' }],
        engines: ['vllm', 'sglang'],
      },
    ],
  },
  {
    id: 'config-contradicts',
    cause: 'model_config_invalid',
    strength: 'plain',
    match: [
      /validation errors? for ModelConfig/,
      /(?:config\.json|model config|params\.json).*(?:invalid|not a valid|missing|malformed|corrupt|does not contain)/i,
      /JSONDecodeError: /,
      /[`'"]?(?:num_attention_heads|hidden_size|num_hidden_layers|head_dim|model_type|architectures)[`'"]? (?:is missing|missing|not found|must be)/,
      /Invalid JSON|It looks like the config file at .* is not a valid JSON file/,
    ],
    unless: /validation errors? for/,
    meaning: 'The configuration of the model cannot be understood.',
    fixes: [
      { title: 'Download the model again', do: [{ run: 'hf download --force-download {repoInArgv}' }] },
      { title: 'Upgrade transformers', do: [{ pip: ['--upgrade', 'transformers'] }] },
    ],
  },
  {
    id: 'weights-do-not-match',
    cause: 'weight_name_or_shape_mismatch',
    strength: 'exact',
    match: [
      /KeyError: ['"](?<tensor>(?:model|layers?|transformer|lm_head|language_model|visual|vision\w*|thinker|backbone|encoder|decoder|embed\w*|blk|mtp|h|base_model|score|mlp|audio\w*|multi_modal\w*|mm_\w+)\b[\w.]*\.?[\w.]+)['"]/,
      /There is no module or parameter named '?(?<tensor>[\w.]+)'? in/,
      /(?:Some weights|Following weights|The following weights|weights?) (?:were|are) not (?:initialized|loaded) from (?:the )?checkpoint:? ?(?<tensor>.*)/,
      /Attempted to load weight \((?<have>.*?)\) into parameter \((?<want>.*?)\)/,
      /size mismatch for (?<tensor>[\w.]+)/,
      /weight (?<tensor>[\w.]+) does not exist/,
      /(?:Received|Missing) \d+ parameters(?: not in model)?/,
      /(?:param|loaded_weight|weight)\w*\.(?:size\(\)|shape|data\.shape) (?:==|!=) \w+\.(?:size\(\)|shape)/,
      /Error\(s\) in loading state_dict/,
      /(?:Unexpected|unexpected) (?:key|weight|parameter)s?(?:\(s\))?(?: in state_dict| name)?: ?['"]?(?<tensor>[\w.]+)/,
      /Tried to load (?:weights|tensor) of size (?<have>.*?) ?to a parameter of size (?<want>.*)/,
      /Cannot find (?:weight|tensor|parameter) '?(?<tensor>[\w.]+)/,
      /shape mismatch.{0,40}(?:weight|param|tensor)|(?:weight|param|checkpoint).{0,40}shape mismatch/i,
      /No (?:weight|parameter|tensor) (?:named|found for) '?(?<tensor>[\w.]+)/i,
      /Unexpected extra config keys|Weight .*not found in params_dict/i,
      /Failed to load weights?: /,
      /params_dict\[/,
    ],
    unless: /vocab size mismatch|^params_dict|= params_dict\[|lora/i,
    meaning: 'The checkpoint and the engine’s model do not have the same weights[ ({tensor})].',
    fixes: [
      { title: 'Upgrade the engine', do: [{ pip: ['--upgrade', '{package}'] }] },
      {
        title: 'Do not give a quantisation by hand',
        do: [{ drop: 'quantization' }],
        engines: ['vllm', 'sglang'],
      },
      {
        title: 'Take another checkpoint of the model',
        do: [{ run: 'choose the checkpoint the engine documents' }],
      },
    ],
  },
  {
    id: 'weights-by-stack',
    cause: 'weight_name_or_shape_mismatch',
    strength: 'place',
    match: [
      /(?:KeyError|AssertionError|RuntimeError|ValueError|AttributeError|IndexError|TypeError)\b/,
      /^assert /,
    ],
    after: [
      /in (?:load_weights|weight_loader\w*|default_weight_loader|load_\w*weights?\w*|_load_w\d+|load_(?:row|column|merged|qkv)\w*|load_module|_load_module|convert_weights?\w*|load_fused_expert_weights)$/,
    ],
    unless: /out of memory|CUDA error|safetensors|No such file|HIP error/,
    meaning: 'Loading the weights into the engine’s model failed: the checkpoint is not what it expects.',
    fixes: [
      { title: 'Upgrade the engine', do: [{ pip: ['--upgrade', '{package}'] }] },
      {
        title: 'Do not give a quantisation by hand',
        do: [{ drop: 'quantization' }],
        engines: ['vllm', 'sglang'],
      },
      {
        title: 'Take another checkpoint of the model',
        do: [{ run: 'choose the checkpoint the engine documents' }],
      },
    ],
  },
  {
    id: 'safetensors-damaged',
    cause: 'safetensors_corrupt',
    strength: 'exact',
    match: [
      /Error while deserializing header: ?(?<detail>\w+)/,
      /(?:SafetensorError|safetensors_rust\.\w+): (?<detail>.*)/,
      /MetadataIncompleteBuffer|HeaderTooLarge|HeaderTooSmall|InvalidHeaderLength|InvalidHeaderDeserialization|InvalidHeader\b/,
      /PytorchStreamReader failed (?:reading|finding|locating)/,
      /(?:invalid load key|pickle data was truncated|unpickling)/i,
      /(?:file|checkpoint|shard|weights?) (?:\S+ )?(?:is|seems?|appears?|may be) (?:corrupt\w*|incomplete|truncated|damaged)/i,
      /[Cc]orrupted? (?:safetensors|checkpoint|weights?|file|shard)/,
      /Consistency check failed: file should be of size/,
      /digest mismatch, file must be downloaded again/,
      /git-lfs|version https:\/\/git-lfs\.github\.com/,
      /EOFError: Ran out of input/,
      /not enough data in file|unexpected end of (?:file|data)/i,
    ],
    unless: /No such file|PYTORCH_|tokenizer/,
    meaning: 'A file of the weights is damaged or incomplete.',
    fixes: [
      { title: 'Download it again', do: [{ run: 'hf download --force-download {repoInArgv}' }] },
      { title: 'Compare the sizes with those of the hub', do: [{ run: 'ls -lL {folder}' }] },
    ],
  },
  {
    id: 'tokenizer-by-stack',
    cause: 'tokenizer_load_failure',
    strength: 'place',
    match: [
      /(?:TypeError|ValueError|KeyError|AttributeError|OSError|RuntimeError|Exception|ImportError|AssertionError|IndexError|UnicodeDecodeError|NotImplementedError)\b/,
    ],
    after: [
      /tokenization_\w+\.py", line|tokenizer\w*\.py", line \d+, in |tokenizers?\/\w+\.py", line|in (?:get_tokenizer|cached_get_tokenizer|from_slow|convert_slow_tokenizer|_from_pretrained)$|sentencepiece\/__init__\.py|mistral_common\/tokens/,
    ],
    unless: /CUDA|out of memory|trust_remote_code/,
    meaning:
      'The tokenizer of the model cannot be built: a file of it is missing, or its library is too old.',
    fixes: [
      {
        title: 'Take the tokenizer of the base model',
        do: [{ set: 'tokenizer', to: '<repository of the base model>' }],
      },
      {
        title: 'Use the slow tokenizer',
        do: [{ flag: '--tokenizer-mode', to: 'slow' }],
        engines: ['vllm', 'sglang'],
      },
      {
        title: 'Upgrade transformers and tokenizers',
        do: [{ pip: ['--upgrade', 'transformers', 'tokenizers', 'sentencepiece'] }],
      },
      {
        title: 'Download the files of the tokenizer',
        do: [{ run: 'hf download {repoInArgv} --include "tokenizer*"' }],
      },
    ],
  },
  {
    id: 'tokenizer-broken',
    cause: 'tokenizer_load_failure',
    strength: 'exact',
    match: [
      /Can't load tokenizer for '(?<repo>[^']+)'/,
      /data did not match any variant of untagged enum (?<detail>\w+)/,
      /(?:Couldn't|Could not|Cannot|Failed to|Unable to) (?:instantiate|load|build|create|initialize) (?:the )?(?:backend )?tokenizer/i,
      /Failed to load the tokenizer/,
      /Unable to load vocabulary from file/,
      /sentencepiece_processor\.cc\S* .*(?:Check failed|error)|Internal: .*sentencepiece|could not parse ModelProto/,
      /Converting from (?:SentencePiece|Tiktoken|slow) .*failed/i,
      /tokenizer\.(?:json|model|config)\S* .*(?:not found|missing|invalid|does not exist)/i,
      /No tokenizer (?:file )?found|Found 0 files matching .*tokenizer/i,
      /(?:TokenizersBackend|tokenizer class) .*(?:does not exist|not (?:found|supported))/i,
      /Error: failed to load tokenizer|tokenizer_mode .*(?:not supported|invalid)/i,
      /Expected .*tokenizer\w* file|You tried to load .*tokenizer/,
      /Exception: (?:No such file or directory|expected `,`|EOF while|invalid type).*line \d+ column/,
      /HarmonyError|openai_harmony\.\w+/,
    ],
    unless: /Tokenizer class \w+ does not exist/,
    meaning: 'The tokenizer of the model cannot be built.',
    fixes: [
      {
        title: 'Take the tokenizer of the base model',
        do: [{ set: 'tokenizer', to: '<repository of the base model>' }],
      },
      {
        title: 'Upgrade transformers and tokenizers',
        do: [{ pip: ['--upgrade', 'transformers', 'tokenizers', 'sentencepiece'] }],
      },
      {
        title: 'Use the slow tokenizer',
        do: [{ flag: '--tokenizer-mode', to: 'slow' }],
        engines: ['vllm', 'sglang'],
      },
      {
        title: 'Download the files of the tokenizer',
        do: [{ run: 'hf download {repoInArgv} --include "tokenizer*"' }],
      },
    ],
  },
  {
    id: 'chat-template',
    cause: 'chat_template_missing',
    strength: 'exact',
    match: [
      /supplied chat template (?:string )?\((?<path>[^)]+)\) (?:appears|looks) path-?like/,
      /chat template .*(?:does not exist|doesn't exist|not found|path-like)/i,
      /[Cc]annot use chat template functions because tokenizer\.chat_template is not set/,
      /default chat template is no longer allowed/,
      /(?:does not|doesn't) (?:have|define|define a|provide) (?:a )?(?:default )?chat template|no chat template|must provide a chat template|[Nn]o default chat template/i,
      /[Cc]hat template .*(?:is not (?:set|recognized|supported|defined)|must be|missing|required)/,
      /(?:jinja2?\.exceptions\.\w+|TemplateSyntaxError|TemplateError|UndefinedError)/,
      /(?:failed|unable) to (?:parse|load|open|apply|initialize) (?:the )?(?:chat )?template/i,
      /error: the supplied chat template is not supported/,
      /No such file or directory: '(?<path>[^']*\.jinja2?)'/,
      /[Uu]nknown chat template|chat_template .*not (?:found|registered)/i,
      /common_chat_templates?_\w+: .*(?:fail|error)/,
    ],
    unless:
      /[Nn]o chat template .*(?:using|default|fallback|detect)|Using default chat template|fall(?:ing)? ?back/,
    meaning: 'There is no usable chat template.',
    fixes: [
      {
        title: 'Name a template file that exists on the host',
        do: [{ set: 'chatTemplate', to: '<path of a .jinja file>' }],
      },
      { title: 'Use the template of the model', do: [{ drop: 'chatTemplate' }] },
    ],
  },
  {
    id: 'tool-parser',
    cause: 'tool_parser_invalid',
    strength: 'exact',
    match: [
      /invalid tool call parser: (?<given>\S+) \(chose from \{? ?(?<first>[\w-]+)/,
      /(?:invalid|[Uu]nknown|unsupported) (?:tool[- ]call[- ]|reasoning[- ])?parser:? ?'?(?<given>[\w-]+)?'?.*?(?:chose|choose|[Aa]vailable|one of)?/,
      /[Tt]ool (?:call )?parser '?(?<given>[\w-]+)'? (?:is )?(?:not (?:found|registered|supported)|invalid)/,
      /--tool-call-parser: invalid choice: '(?<given>[^']*)' \(choose from '?(?<first>[\w-]+)/,
      /--reasoning-parser: invalid choice: '(?<given>[^']*)' \(choose from '?(?<first>[\w-]+)/,
      /--enable-auto-tool-choice requires --tool-call-parser/,
      /"auto" tool choice requires --enable-auto-tool-choice/,
      /[Rr]easoning parser '?(?<given>[\w-]+)'? .*(?:not found|not registered|invalid|unknown)/,
      /KeyError: .*(?:tool|reasoning) parser/,
      /think_(?:end|start)_token .*must encode/,
      /tool parser .*could not locate|TypeError: Error: --enable-auto-tool-choice requires/,
    ],
    meaning: 'The engine needs a tool-call parser that it has[, not {given}].',
    derive: ({ line, argv }) => ({ fits: parserFor(line, argv) }),
    fixes: [
      { title: 'Use the parser {fits}', do: [{ set: 'toolParser', to: '{fits}' }] },
      {
        title: 'Do without tool calls',
        do: [{ drop: 'toolParser' }, { remove: '--enable-auto-tool-choice' }],
      },
    ],
  },
]

const parsersByModel: readonly (readonly [RegExp, string])[] = [
  [/llama-?4/i, 'llama4_pythonic'],
  [/llama/i, 'llama3_json'],
  [/qwen3-?coder/i, 'qwen3_coder'],
  [/qwen|hermes/i, 'hermes'],
  [/mi[sx]tral|magistral|devstral/i, 'mistral'],
  [/deepseek.*v3\.?1/i, 'deepseek_v31'],
  [/deepseek/i, 'deepseek_v3'],
  [/granite/i, 'granite'],
  [/glm/i, 'glm45'],
  [/kimi/i, 'kimi_k2'],
  [/gpt-?oss/i, 'openai'],
  [/phi-?4/i, 'phi4_mini_json'],
]

/** The parser of the model's family, when the engine lists it; else the first it lists that is nearest in name. */
function parserFor(line: string, argv: readonly string[]): string | undefined {
  const offered = [
    ...(/(?:chose|choose) from[\s{('"]*(?<list>.*)$/.exec(line)?.groups?.list?.matchAll(/[\w-]+/g) ?? []),
  ].map(([name]) => name!)
  const text = argv.join(' ')
  const known = parsersByModel.find(([family]) => family.test(text))?.[1]
  if (known && (offered.length === 0 || offered.includes(known))) return known
  const given = /parser: ?'?(?<given>[\w-]+)|invalid choice: '(?<choice>[^']+)/.exec(line)?.groups
  const asked = given?.given ?? given?.choice ?? ''
  const near = offered.find(
    name => asked !== '' && (name.startsWith(asked.slice(0, 4)) || asked.startsWith(name.slice(0, 4))),
  )
  return near ?? known ?? (offered.includes('hermes') || offered.length === 0 ? 'hermes' : offered[0])
}
