// Opens a Chrome trace file with the importer and the model of chrome://tracing (the npm package traceviewer) and compares
// what the viewer shows with what the file holds: every call a slice or an async slice, on its thread, properly nested.
//
//   node check.js timeline.json
'use strict';

const fs = require('fs');
const path = require('path');

const viewer = path.dirname(require.resolve('traceviewer/package.json'));
require(path.join(viewer, 'catapult_build', 'node_bootstrap.js'));
const loader = global.HTMLImportsLoader;
for (const folder of ['tracing', 'tracing/third_party/gl-matrix/dist', 'tracing/third_party/mannwhitneyu', 'tracing/third_party/jszip', 'third_party']) {
  if (fs.existsSync(path.join(viewer, folder))) {
    loader.addArrayToSourcePath([path.join(viewer, folder)]);
  }
}
for (const module of ['extras/importer/trace_event_importer', 'importer/import', 'model/model']) {
  loader.loadHTML(`/tracing/${module}.html`);
}

const text = fs.readFileSync(process.argv[2], 'utf8');
const file = JSON.parse(text);
const events = Array.isArray(file) ? file : file.traceEvents;
const count = phase => events.filter(event => event.ph === phase).length;

const model = new global.tr.Model();
new global.tr.importer.Import(model).importTraces([text]);

let slices = 0;
let asyncSlices = 0;
let badNesting = 0;
for (const thread of model.getAllThreads()) {
  for (const slice of thread.sliceGroup.slices) {
    slices++;
    // A microsecond has three decimals in the file; the viewer counts in milliseconds.
    if (slice.parentSlice && slice.end > slice.parentSlice.end + 1e-6) {
      badNesting++;
    }
  }
  // Async slices of one id lie within each other.
  const open = [...thread.asyncSliceGroup.slices];
  while (open.length > 0) {
    const slice = open.pop();
    asyncSlices++;
    open.push(...slice.subSlices);
  }
}

// The viewer guesses a coarse clock from how few distinct times a short file has; that says nothing about the file.
const problems = model.importWarnings.filter(warning => warning.type !== 'low_resolution_timer').map(warning => warning.message);
if (slices < count('X')) {
  problems.push(`${count('X')} calls in the file, ${slices} slices in the viewer`);
}
if (asyncSlices < count('b')) {
  problems.push(`${count('b')} suspended calls in the file, ${asyncSlices} in the viewer`);
}
if (badNesting > 0) {
  problems.push(`${badNesting} slices end after the slice that they lie in`);
}

console.log(`trace viewer: ${model.getAllThreads().length} threads, ${slices} slices, ${asyncSlices} async slices`);
problems.forEach(problem => console.log(`  ${problem}`));
process.exit(problems.length === 0 ? 0 : 1);
