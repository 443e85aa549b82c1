using Mono.Cecil;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>Mono.Cecil reads its own assembly and writes it again.</summary>
internal static class MonoCecilUse
{
    /// <summary>Uses the library.</summary>
    /// <returns>The assembly that it wrote.</returns>
    public static byte[] Run()
    {
        using MemoryStream input = new(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Mono.Cecil.dll")));
        using ModuleDefinition module = ModuleDefinition.ReadModule(input, new ReaderParameters(ReadingMode.Immediate));
        using MemoryStream output = new();
        module.Write(output, new WriterParameters { Timestamp = 1 });
        return output.ToArray();
    }
}
