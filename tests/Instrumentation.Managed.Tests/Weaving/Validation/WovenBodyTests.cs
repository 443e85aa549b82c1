using System.Reflection;
using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>What weaving makes of every body is not refused either.</summary>
public sealed class WovenBodyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("System.Private.CoreLib", 30_000)]
    [InlineData("System.Text.Json", 3_000)]
    [InlineData("Microsoft.VisualBasic.Core", 1_000)]
    [InlineData("Microsoft.Data.Sqlite", 500)]
    [InlineData("FSharp.Core", 9_000)]
    public void Validate_EveryWovenBodyOfAnAssembly_HasNoComplaint(string assembly, int atLeast)
    {
        using ModuleFile module = ModuleFile.Open(assembly);
        FakeRuntime runtime = FakeRuntime.For(module.Assembly.ManifestModule);
        List<string> complaints = [];
        int bodies = 0;
        TimeSpan spent = default;
        foreach ((int token, string name, byte[] bytes) in module.Bodies())
        {
            MethodImage image = runtime.ImageOf(token, bytes);
            foreach (Func<MethodBase, HookPlan[]> plans in new[] { FakePlans.Everything, FakePlans.Returns })
            {
                if (Weave(image, plans(image.Method)) is not { } woven)
                {
                    continue;
                }

                bodies++;
                long started = TimeProvider.System.GetTimestamp();
                try
                {
                    BodyValidator.Validate(woven, image);
                }
                catch (BadIlException error)
                {
                    complaints.Add($"{name}: {error.Message}");
                }

                spent += TimeProvider.System.GetElapsedTime(started);
            }
        }

        output.WriteLine($"{assembly}: {bodies} woven bodies validated in {spent.TotalMilliseconds:f0} ms");
        Assert.True(complaints.Count == 0, $"{complaints.Count} complaints:\n{string.Join('\n', complaints.Take(20))}");
        Assert.True(bodies >= 2 * atLeast, $"only {bodies} woven bodies");
    }

    [Fact]
    public void Validate_WovenBodyWhoseOriginalIsNotValid_BlamesTheOriginal()
    {
        FakeRuntime runtime = FakeRuntime.For(typeof(SmallBody).Module);
        MethodImage image = runtime.ImageOf(SmallBody.Empty, [(2 << 2) | 2, 0x26, 0x2A]);
        EncodedBody woven = MethodWeaver.Weave(image, FakePlans.Returns(image.Method));

        BadIlException error = Assert.Throws<BadIlException>(() => BodyValidator.Validate(woven, image));

        Assert.Equal("its own IL is not valid: at IL_0000 (pop), the stack is empty", error.Message);
        Assert.Empty(error.Mend);
    }

    private static EncodedBody? Weave(MethodImage image, HookPlan[] plans)
    {
        try
        {
            return MethodWeaver.Weave(image, plans);
        }
        catch (BadIlException)
        {
            // Few: variable arguments, jmp.
            return null;
        }
    }
}
