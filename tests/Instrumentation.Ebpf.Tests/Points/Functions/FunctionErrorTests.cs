using System.Globalization;
using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Tests.Links;
using Instrumentation.Ebpf.Tests.Support;
using Instrumentation.Ebpf.Tests.Tools;

namespace Instrumentation.Ebpf.Tests.Points.Functions;

/// <summary>Names that mean nothing, and instructions inside of functions.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FunctionErrorTests(ProbedLibrary library) : IClassFixture<ProbedLibrary>
{
    [Theory]
    [InlineData("libc.so.9", "a64l", "libc.so.6")]
    [InlineData("libc.so.6", "a64ll", "a64l")]
    [InlineData("libc.so.6", "xx_none_*", "")]
    [InlineData("/no/such/lib.so", "a64l", "")]
    public async Task Names_ThatAreUnknown_AreRefusedWithTheNearest(string file, string function, string nearest)
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        ObjectCounts before = Settled.Counts();
        PlaceNotFoundException unknown = await Assert.ThrowsAsync<PlaceNotFoundException>(() => session.AttachAsync(Probe.Function(file, function).OnEntry()));
        if (nearest.Length > 0)
        {
            Assert.Contains(nearest, unknown.Nearest);
        }

        Assert.Equal(before, ObjectCounts.OfProcess());
        Assert.Empty(session.Probes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a+b")]
    [InlineData("a*+4")]
    [InlineData("+4")]
    [InlineData("0x")]
    [InlineData("12z")]
    [InlineData("a b")]
    public void Texts_ThatAreNoName_AreRefusedAtOnce(string function) => Assert.ThrowsAny<Exception>(() => Probe.Function("libc", function));

    [Fact]
    public async Task Files_ThatAreNoElf_AreRefused()
    {
        await using InstrumentationSession session = await KernelSession.StartAsync();
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory["x.so"], "no ELF at all");
        await Assert.ThrowsAsync<BadFileException>(() => session.AttachAsync(Probe.Function(directory["x.so"], "a").OnEntry()));
        byte[] cut = (await File.ReadAllBytesAsync(library.Path))[..5000];
        await File.WriteAllBytesAsync(directory["y.so"], cut);
        await Assert.ThrowsAnyAsync<InstrumentationException>(() => session.AttachAsync(Probe.Function(directory["y.so"], "deep").OnEntry()));
    }

    [Fact]
    public async Task Offset_InsideOfAnInstruction_NamesTheNearest()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The offsets are x86-64's.");
        await using InstrumentationSession session = await KernelSession.StartAsync();
        SpecException inside = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function(library.Path, "site_endbr_push+6").OnEntry()));
        Assert.Contains("(mov)", inside.Message, StringComparison.Ordinal);
        Assert.Contains("+0x5 and +0x8", inside.Message, StringComparison.Ordinal);
        SpecException behind = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function(library.Path, "site_endbr_push+0x100").OnEntry()));
        Assert.Contains("10 bytes", behind.Message, StringComparison.Ordinal);
        SpecException returns = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function(library.Path, "site_endbr_push+5").OnReturn()));
        Assert.Contains("return address", returns.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function(library.Path, "0x10").OnEntry()));
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function(library.Path, "0xffffffffffff").OnEntry()));
        await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function(library.Path, "deep").OnThrow()));
    }

    [Fact]
    public async Task Offset_OfAnInstruction_IsHitWhenItRuns()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The offsets are x86-64's.");
        ulong offset;
        using (ElfFile file = ElfFile.Open(library.Path))
        {
            Assert.True(file.TryGetOffset(file.Symbols.Find("site_jumped")!.Value, out offset));
        }

        await using InstrumentationSession session = await KernelSession.StartAsync();
        AggregateHandle<CountSnapshot> bySymbol = await session.AttachAsync(Probe.Function(library.Path, "site_jumped+4").ThisProcess().Count());
        AggregateHandle<CountSnapshot> byOffset = await session.AttachAsync(Probe.Function(library.Path, string.Create(CultureInfo.InvariantCulture, $"0x{offset + 5:x}")).ThisProcess().OnEntry().When(c => c.Arg<long>(0) < 3).Count());
        AggregateHandle<CountSnapshot> whole = await session.AttachAsync(Probe.Function(library.Path, string.Create(CultureInfo.InvariantCulture, $"{offset}")).ThisProcess().Count());
        Assert.Equal(["libprobed.so!site_jumped+0x4"], bySymbol.Coverage.Reached);
        Assert.Equal(["libprobed.so!site_jumped+0x5"], byOffset.Coverage.Reached);
        library.Call("site_jumped", 10);
        Assert.Equal((10, 2, 1), (bySymbol.Read().Total, byOffset.Read().Total, whole.Read().Total));
    }

    [Fact]
    public async Task Offset_InAFunctionWithoutASymbol_IsProvenByTheTableOfExceptions()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The offsets are x86-64's.");
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory["x.c"], "__attribute__((noinline)) static long hidden(long n) { __asm__ volatile(\"\"); return n * 5; } long shown(long n) { return hidden(n) + 1; }");
        Tool.Run("gcc", "-O2", "-shared", "-fPIC", "-fasynchronous-unwind-tables", "-o", directory["libx.so"], directory["x.c"]);
        ulong offset;
        using (ElfFile whole = ElfFile.Open(directory["libx.so"]))
        {
            Assert.True(whole.TryGetOffset(whole.Symbols.Find("hidden")!.Value, out offset));
        }

        Tool.Run("strip", directory["libx.so"]);
        nint handle = NativeLibrary.Load(directory["libx.so"]);
        await using InstrumentationSession session = await KernelSession.StartAsync();
        string place = string.Create(CultureInfo.InvariantCulture, $"0x{offset:x}");
        ProbeHandle call = await session.AttachAsync(Probe.Function("libx.so", place).ThisProcess().OnReturn().When(c => c.Return<long>() == 35).Count());
        Assert.Equal([$"libx.so!{place}"], call.Coverage.Reached);
        SpecException inside = await Assert.ThrowsAsync<SpecException>(() => session.AttachAsync(Probe.Function("libx.so", string.Create(CultureInfo.InvariantCulture, $"{offset + 1}")).OnEntry()));
        Assert.Contains("inside of the instruction", inside.Message, StringComparison.Ordinal);
        Assert.Equal(36, Shown(NativeLibrary.GetExport(handle, "shown"), 7));
        Assert.Equal(1, call.Statistics.Passed);
        NativeLibrary.Free(handle);
    }

    private static unsafe long Shown(nint function, long argument) => ((delegate* unmanaged<long, long>)function)(argument);
}
