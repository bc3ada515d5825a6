import { describe, expect, test } from 'vitest'
import { messageOf } from '../../../views/widgets/log/prefixes.ts'

describe('what a line of a log says, without who said it and when', () => {
  test.each([
    [
      '(EngineCore_DP0 pid=22581) INFO 11-20 13:31:12 [gpu_worker.py:298] Available KV cache memory: 3 GiB',
      'Available KV cache memory: 3 GiB',
    ],
    ['(EngineCore_DP0 pid=1) (Worker_TP0 pid=2) INFO 11-20 13:31:12 [v1/worker/gpu.py:12] x', 'x'],
    ['(APIServer pid=29882)     raise RuntimeError(', '    raise RuntimeError('],
    ['(pid=7, ip=10.0.0.1) loading', 'loading'],
    ['ERROR 11-20 13:31:12 [core.py:708] ValueError: no', 'ERROR ValueError: no'],
    ['(EngineCore_DP0 pid=1) WARNING 11-20 13:31:12 [core.py:708] slow', 'WARNING slow'],
    ['[2025-11-20 13:31:12 TP0] Load weight begin.', 'Load weight begin.'],
    ['[2025-11-20 13:31:12 DP1 TP0] Load weight begin.', 'Load weight begin.'],
    ['time=2025-11-20T13:31:12.2+01:00 level=INFO source=sched.go:12 msg="new model"', '"new model"'],
    ['time=2025-11-20T13:31:12.2Z level=WARN source=sched.go:12 msg="no room"', 'WARN "no room"'],
    ['0.00.035.060 I main: model loaded', 'main: model loaded'],
    ['0.00.035.060 E main: no model', 'E main: no model'],
    ['INFO:     Started server process [12]', 'Started server process [12]'],
    [
      '(APIServer pid=1) INFO:     127.0.0.1:5 - "GET /health HTTP/1.1" 200',
      '127.0.0.1:5 - "GET /health HTTP/1.1" 200',
    ],
    ['2025-11-20 13:31:12,345 - root - INFO - begun', 'begun'],
    ['2025-11-20T13:31:12.345Z begun', 'begun'],
    ['2025/11/20 13:31:12 routes.go:12: begun', 'routes.go:12: begun'],
    [
      '\x1b[1;36m(EngineCore pid=1)\x1b[0;0m INFO 11-20 13:31:12 [a.py:1] \x1b[31mred',
      '\x1b[1;36m\x1b[0;0m\x1b[31mred',
    ],
    ['\x1b[1;36m(EngineCore pid=1)\x1b[0;0m     raise X', '\x1b[1;36m\x1b[0;0m    raise X'],
  ])('%j', (line, said) => expect(messageOf(line)).toBe(said))

  test.each([
    'ValueError: To serve at least one request',
    'INFO ready',
    '(a step, pid=3) is what it says',
    '    raise RuntimeError(',
    '[2025] a year',
    '(EngineCore_DP0 pid=22581) ',
    '2025-11-20 13:31:12 ',
    '',
  ])('%j is left as it is', line => expect(messageOf(line)).toBe(line))
})
