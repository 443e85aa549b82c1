using System.Buffers.Binary;
using System.Text;

namespace PackageCheck.Rules;

/// <summary>What the package's page shows: the README and the icon.</summary>
internal static class PageRules
{
    private const int IconSide = 128;
    private const int IconBytes = 32 * 1024;

    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>Looks at README and icon.</summary>
    /// <param name="package">The package.</param>
    /// <param name="expected">What it should be.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Look(PackageFile package, Expectations expected, Findings findings)
    {
        byte[] readme = package.Bytes("README.md");
        string source = Path.Combine(expected.Root, "src", package.Id, "README.md");
        findings.Look(File.Exists(source) && readme.AsSpan().SequenceEqual(File.ReadAllBytes(source)), $"{package.Name}: the README is not src/{package.Id}/README.md");
        findings.Look(Encoding.UTF8.GetString(readme).StartsWith($"# {package.Id}\n", StringComparison.Ordinal), $"{package.Name}: the README is of another package");

        byte[] icon = package.Bytes("icon.png");
        findings.Look(icon.Length is > 0 and <= IconBytes && icon.AsSpan().StartsWith(PngSignature), $"{package.Name}: the icon is no small PNG");
        if (icon.Length > 24)
        {
            (int width, int height) = (BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)));
            findings.Look((width, height) == (IconSide, IconSide), $"{package.Name}: the icon is {width}x{height}");
        }
    }
}
