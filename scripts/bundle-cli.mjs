import { chmodSync, copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

const common = { cwd: root, platform: 'node', transform: { target: 'node20.19' } };

/**
 * What is loaded together is one file: a module and all that it imports, without what an earlier file has. The rest, imported where it is wanted, is
 * split as it falls. The module that is started is in none of them: it waits for the command, and nothing that the command imports may wait for it.
 */
const files = {
  start: ['src/cli/run.ts', 'src/io/exit-cleanup.ts', 'src/cli/progress.ts', 'src/io/digest.ts'],
  language: ['src/cli/actions/check.ts'],
  conversion: ['src/cli/actions/compile.ts'],
  zip: ['codegen/weights/formats/zip-archive.ts', 'codegen/weights/formats/torch-zip.ts'],
};

function assignFiles() {
  const fileOf = new Map();
  const names = Object.keys(files);
  return {
    groups: names.map((name, i) => ({
      name,
      priority: names.length - i,
      test: (id) => fileOf.get(id) === name,
    })),
    plugin: {
      name: 'assign-files',
      buildEnd() {
        for (const [file, modules] of Object.entries(files)) {
          const waiting = modules.map((path) => join(root, path));
          for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
            if (fileOf.has(id)) continue;
            fileOf.set(id, file);
            waiting.push(...(this.getModuleInfo(id)?.importedIds ?? []));
          }
        }
      },
    },
  };
}

/** What runs in threads of its own is started by its name, beside the module that starts it: a file each, whole, so that it loads nothing else. */
export const threads = ['src/io/hash-worker.mjs', 'src/calibration/counting-worker.mjs'];

/** What is no module, and is read or run by its name, beside the module that does so. */
export const besideModules = [
  'engines/openvino/openvino_engine.py',
  'engines/tensorrt-rtx/build_engine.py',
  'src/report/page/page-script.js',
  'src/kit/run-kit.sh',
];

/** A thread's program as one file in a folder. */
export async function bundleThread(path, folder) {
  const bundle = await rolldown({ ...common, input: path });
  await bundle.write({ format: 'esm', minify: true, file: join(folder, basename(path)) });
  await bundle.close();
}

/**
 * The command line, bundled: `rcc.js`, and beside it the parts that it loads when they are wanted. Start-up is a matter of how many modules are opened
 * and how much text is parsed: as a single file --help parses a megabyte and a half of it, and split as it falls a conversion opens eighty.
 */
export async function bundleCli(folder) {
  const { plugin, groups } = assignFiles();
  const bundle = await rolldown({
    ...common,
    input: { rcc: 'src/cli/main.ts' },
    // Native libraries stay outside; they are loaded when they are wanted.
    external: ['onnxruntime-node', 'sharp', '@resvg/resvg-js'],
    // A module that a file has anyway is also imported where it is wanted.
    checks: { ineffectiveDynamicImport: false },
    plugins: [plugin],
  });
  await bundle.write({
    dir: folder,
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'rcc-[name]-[hash].js',
    codeSplitting: { groups },
  });
  await bundle.close();
  for (const path of threads) await bundleThread(path, folder);
  for (const path of besideModules) copyFileSync(join(root, path), join(folder, basename(path)));
  chmodSync(join(folder, 'rcc.js'), 0o755);
}
