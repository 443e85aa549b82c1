using System.Globalization;
using System.Text;
using Instrumentation.Ebpf.Stacks;

namespace Instrumentation.Ebpf.Tests.Stacks;

/// <summary>The kernel's symbols.</summary>
public sealed class KernelNamesTests
{
    [Fact]
    public void Functions_AreFoundByAnyOfTheirAddresses()
    {
        KernelNames names = KernelNames.Parse(Encoding.UTF8.GetBytes("ffffffff81000000 T _text\nffffffff81000100 t inner\nffffffff81000180 D data\nffffffffc0000000 t load\t[ext4]\nbad\n"));
        Assert.Equal(("_text", "kernel"), names.Find(0xffffffff810000ff));
        Assert.Equal(("inner", "kernel"), names.Find(0xffffffff81000190));
        Assert.Equal(("load", "ext4"), names.Find(0xffffffffc0000004));
        Assert.Null(names.Find(0xffffffff80ffffff));
        Assert.Null(names.Find(0xffffffffd0000000));
    }

    [Fact]
    public void HiddenAddresses_NameNothing() =>
        Assert.Null(KernelNames.Parse("0000000000000000 T _text\n0000000000000000 T other\n"u8.ToArray()).Find(0));

    [Fact]
    public void ThisKernel_KnowsItsFunctions()
    {
        string? line = File.ReadLines("/proc/kallsyms").FirstOrDefault(static line => line.EndsWith(" ksys_read", StringComparison.Ordinal));
        ulong address = ulong.Parse(line?.Split(' ')[0] ?? "0", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        Assert.SkipWhen(address == 0, "the kernel hides its addresses (kernel.kptr_restrict).");
        Assert.Equal(("ksys_read", "kernel"), KernelNames.Read().Find(address + 1));
    }
}
