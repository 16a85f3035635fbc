// Holds pages against the HTML standard: `node validate.mjs FILE…` prints what is wrong, as JSON.

import { readFileSync } from 'node:fs';
import { HtmlValidate, StaticConfigLoader } from 'html-validate';

const rules = { extends: ['html-validate:standard'], root: true };
const validator = new HtmlValidate(new StaticConfigLoader(rules));
const found = [];
for (const file of process.argv.slice(2)) {
  const report = await validator.validateString(readFileSync(file, 'utf8'), file);
  for (const result of report.results) {
    for (const message of result.messages) {
      found.push(`${file}:${message.line}: ${message.ruleId}: ${message.message}`);
    }
  }
}
console.log(JSON.stringify(found));
