/** What of an extension's package.json its archive tells. */
export interface ExtensionManifest {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly version: string;
  readonly publisher: string;
  readonly engines: { readonly vscode: string };
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

const xml = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (sign) => entities.get(sign) ?? sign);

const asset = (type: string, path: string): string =>
  `    <Asset Type="Microsoft.VisualStudio.${type}" Path="extension/${path}" Addressable="true" />`;

/** The archive's own manifest, as vsce writes it. */
export function vsixManifest(manifest: ExtensionManifest): string {
  const { name, displayName, description, version, publisher, engines, categories, keywords } =
    manifest;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011" xmlns:d="http://schemas.microsoft.com/developer/vsx-schema-design/2011">
  <Metadata>
    <Identity Language="en-US" Id="${xml(name)}" Version="${xml(version)}" Publisher="${xml(publisher)}" />
    <DisplayName>${xml(displayName)}</DisplayName>
    <Description xml:space="preserve">${xml(description)}</Description>
    <Tags>${xml([...keywords, 'rn', '__ext_rn'].join(','))}</Tags>
    <Categories>${xml(categories.join(','))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${xml(engines.vscode)}" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionDependencies" Value="" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionPack" Value="" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace" />
      <Property Id="Microsoft.VisualStudio.Code.ExecutesCode" Value="true" />
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code" />
  </Installation>
  <Dependencies />
  <Assets>
${[
  asset('Code.Manifest', 'package.json'),
  asset('Services.Content.Details', 'README.md'),
  asset('Services.Content.License', 'LICENSE.txt'),
].join('\n')}
  </Assets>
</PackageManifest>
`;
}

const typesByEnding = new Map([
  ['json', 'application/json'],
  ['cjs', 'application/javascript'],
  ['md', 'text/markdown'],
  ['txt', 'text/plain'],
  ['vsixmanifest', 'text/xml'],
]);

/** Types of an archive's files by their endings, as the packaging convention asks for them. */
export function contentTypes(paths: readonly string[]): string {
  const endings = new Set(paths.map((path) => path.slice(path.lastIndexOf('.') + 1)));
  const rows = [...endings].map((ending) => {
    const type = typesByEnding.get(ending);
    if (type === undefined) throw new Error(`.${ending} has no content type`);
    return `<Default Extension=".${ending}" ContentType="${type}" />`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${rows.join('')}</Types>
`;
}
