using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Testing.CallSites;

namespace Instrumentation.Testing.Tests.CallSites;

/// <summary>Symbols beside an assembly, in it, and none.</summary>
public sealed class SymbolFileTests
{
    [Fact]
    public void Beside() => Assert.EndsWith("SymbolFileTests.cs", Find(typeof(SymbolFileTests).GetMethod(nameof(Beside))!)?.File, StringComparison.Ordinal);

    [Fact]
    public void Embedded()
    {
        // xunit's assertions carry their symbols.
        MethodInfo method = typeof(Assert).GetMethod(nameof(Assert.Null), [typeof(object)])!;
        Assert.False(File.Exists(Path.ChangeExtension(typeof(Assert).Assembly.Location, ".pdb")));
        Assert.EndsWith("NullAsserts.cs", Find(method)?.File, StringComparison.Ordinal);
    }

    [Fact]
    public void None()
    {
        Assert.Null(SymbolFile.Of(typeof(object).Module));
        AssemblyBuilder made = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Made"), AssemblyBuilderAccess.Run);
        Assert.Null(SymbolFile.Of(made.DefineDynamicModule("Made")));
    }

    [Fact]
    public void TokensThatMeanNothing()
    {
        SymbolFile symbols = SymbolFile.Of(typeof(SymbolFileTests).Module)!;
        Assert.Null(symbols.Find(0x06FFFFFF, 0));
        Assert.Null(symbols.Find(0x02000001, 0));
        Assert.Null(symbols.Find(0, -1));
    }

    private static (string File, int Line)? Find(MethodInfo method) => SymbolFile.Of(method.Module)?.Find(method.MetadataToken, 0);
}
