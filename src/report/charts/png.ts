import { createRequire } from 'node:module';
import { createDiagnostic, type Diagnostic } from '../../diagnostics/diagnostic.ts';
import { errorCode } from '../../diagnostics/error-code.ts';

/** Draws an SVG text as PNG bytes. */
export type PngRenderer = (svg: string) => Uint8Array;

const zoom = 2;
const faces = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'];

/** The package asks Node for a report to learn which libc is there; a report that names the network's interfaces opens a socket. */
async function importResvg(): Promise<typeof import('@resvg/resvg-js')> {
  const report = process.report as { excludeNetwork?: boolean };
  const { excludeNetwork: before = false } = report;
  report.excludeNetwork = true;
  try {
    return await import('@resvg/resvg-js');
  } finally {
    report.excludeNetwork = before;
  }
}

/**
 * The PNG renderer, or the warning `png-renderer-missing` where its optional packages are not installed. It draws with a font file of its own, so pictures do not
 * depend on the fonts of the machine.
 */
export async function loadPngRenderer(): Promise<PngRenderer | Diagnostic> {
  try {
    const { Resvg } = await importResvg();
    const require = createRequire(import.meta.url);
    const fontFiles = faces.map((face) => require.resolve(`@expo-google-fonts/inter/${face}`));
    const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter' };
    return (svg) => new Resvg(svg, { font, fitTo: { mode: 'zoom', value: zoom } }).render().asPng();
  } catch (error) {
    const code = errorCode(error);
    const reason =
      code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
        ? 'its packages are not installed'
        : String(error);
    return createDiagnostic('png-renderer-missing', { reason });
  }
}
