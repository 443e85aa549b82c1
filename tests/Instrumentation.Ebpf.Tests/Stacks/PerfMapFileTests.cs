using System.Text;
using Instrumentation.Ebpf.Stacks;

namespace Instrumentation.Ebpf.Tests.Stacks;

/// <summary>Perf maps as runtimes write them, piece by piece, and as nobody should.</summary>
public sealed class PerfMapFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("instance void [Shop] Shop.Orders::Place(int32)[Tier1]", "Shop.Orders::Place", "Shop")]
    [InlineData("void [x] Foo`1[System.__Canon]::Bar(int32,!0)[QuickJitted]", "Foo`1[System.__Canon]::Bar", "x")]
    [InlineData("instance class System.Func`1<int32[]> [A.B] N.T+<Run>d__0::.ctor()[OptimizedTier1OSR]", "N.T+<Run>d__0::.ctor", "A.B")]
    [InlineData("int32[] [A] T::M()", "T::M", "A")]
    [InlineData("stub Link<UnboxingStub>", "stub Link<UnboxingStub>", "")]
    [InlineData("LazyCompile:~main app.js:1", "LazyCompile:~main app.js:1", "")]
    [InlineData(" [", " [", "")]
    public void Names_AreTakenApart(string text, string name, string assembly) => Assert.Equal((name, assembly), PerfMapText.Parse(text));

    [Fact]
    public void Lines_AreReadAsTheyCome_AndLaterOnesCount()
    {
        PerfMapFile map = new(_path);
        map.Refresh();
        Assert.Null(map.Find(0x1000));
        File.AppendAllText(_path, "1000 100 first\n0x2000 0x10 second\n30");
        map.Refresh();
        Assert.Equal(("first", "first", null), (map.Find(0x1000), map.Find(0x10ff), map.Find(0x1100)));
        Assert.Equal(("second", null, null), (map.Find(0x200f), map.Find(0x2010), map.Find(0x3000)));
        File.AppendAllText(_path, "00 8 third one\n1010 20 inside\n");
        map.Refresh();
        Assert.Equal(("third one", "first", "inside", "first"), (map.Find(0x3007), map.Find(0x100f), map.Find(0x102f), map.Find(0x1030)));
        File.AppendAllText(_path, "1000 100 again\n");
        map.Refresh();
        Assert.Equal(("again", "again"), (map.Find(0x1010), map.Find(0x1030)));
        Assert.Equal(5, map.Count);
        File.WriteAllText(_path, "5000 1 anew\n");
        map.Refresh();
        Assert.Equal((1, "anew", null), (map.Count, map.Find(0x5000), map.Find(0x1000)));
    }

    [Fact]
    public void Text_ThatIsNoMap_IsPassedOver()
    {
        Random random = new(17);
        byte[] junk = new byte[300_000];
        random.NextBytes(junk);
        using (FileStream file = File.Create(_path))
        {
            file.Write(junk);
            file.Write(Encoding.UTF8.GetBytes($"\n7000 10 good\n8000 10 {new string('x', 200_000)}\n9000 0 none\nffffffffffffffff 10 last\n-1 10 minus\n 10 10 space\na000 10 end\n"));
        }

        PerfMapFile map = new(_path);
        map.Refresh();
        map.Refresh();
        Assert.Equal(("good", "end", null), (map.Find(0x7001), map.Find(0xa000), map.Find(0x9000)));
        Assert.Null(map.Find(0));
    }

    [Fact]
    public void Methods_AreFoundAsByLookingAtAllLines()
    {
        Random random = new(3);
        StringBuilder text = new();
        List<(ulong Start, ulong Size)> all = [];
        for (int i = 0; i < 3000; i++)
        {
            // Freed code is used again from the same places, in other sizes.
            ulong start = 0x1000 + (0x40 * (ulong)random.Next(500));
            ulong size = (ulong)random.Next(1, 0x41);
            all.Add((start, size));
            text.Append($"{start:x} {size:x} m{i}\n");
        }

        File.WriteAllText(_path, text.ToString());
        PerfMapFile map = new(_path);
        map.Refresh();
        for (ulong address = 0xfc0; address < 0x1000 + (0x40 * 510); address += 7)
        {
            int last = all.FindLastIndex(one => address - one.Start < one.Size);
            string? found = map.Find(address);
            Assert.Equal(last < 0 ? null : $"m{last}", found);
        }
    }
}
