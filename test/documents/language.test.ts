import { expect, test } from 'vitest'
import { guessLanguage } from '../../src/documents/language.ts'

const SAMPLES: [string, string][] = [
  ['email', 'To: a@example.org\nSubject: Hi\n\nHello'],
  ['svg', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>'],
  ['svg', '<svg width="1"></svg>'],
  ['xml', '<?xml version="1.0"?><note/>'],
  ['html', '<!DOCTYPE html><html></html>'],
  ['json', '{"a": 1}'],
  ['json', '[1, 2]'],
  ['bash', '#!/bin/sh\necho hi'],
  ['python', '#!/usr/bin/env python3\nx'],
  ['javascript', '#!/usr/bin/env node\nx'],
  ['python', 'import os\n\ndef main():\n    pass\n'],
  ['python', 'from os import path\n'],
  ['javascript', "import x from 'y'\n"],
  ['javascript', 'const a = 1;\n'],
  ['sql', 'SELECT a FROM b'],
  ['sql', 'create table x (id int)'],
  ['css', 'body {\n  color: red;\n}'],
  ['css', '@media print { a { color: red } }'],
  ['markdown', '# Title\n\ntext'],
  ['markdown', ''],
  ['markdown', 'Select a place from the list, then go.'],
  ['markdown', '- [ ] a task\n[link](x)'],
  ['markdown', 'To: do list without the other line'],
]

test.each(SAMPLES)('%s: %j', (language, content) => {
  expect(guessLanguage(content)).toBe(language)
})
