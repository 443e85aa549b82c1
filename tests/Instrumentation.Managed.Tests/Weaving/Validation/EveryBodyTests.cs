using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>What compilers have written, and the JIT compiles, is never refused.</summary>
public sealed class EveryBodyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("System.Private.CoreLib", 30_000)]
    [InlineData("System.Text.Json", 3_000)]
    [InlineData("System.Linq.Expressions", 3_000)]
    [InlineData("System.Private.Xml", 10_000)]
    [InlineData("System.Net.Http", 3_000)]
    [InlineData("Microsoft.VisualBasic.Core", 1_000)]
    [InlineData("Mono.Cecil", 3_000)]
    [InlineData("Microsoft.Data.Sqlite", 500)]
    [InlineData("FSharp.Core", 9_000)]
    public void Validate_EveryBodyOfAnAssembly_HasNoComplaint(string assembly, int atLeast)
    {
        using ModuleFile module = ModuleFile.Open(assembly);
        (int Token, string Name, byte[] Bytes)[] bodies = [.. module.Bodies()];
        List<string> complaints = [];
        long started = TimeProvider.System.GetTimestamp();
        foreach ((int token, string name, byte[] bytes) in bodies)
        {
            try
            {
                BodyValidator.Validate(bytes, token, module.Tokens);
            }
            catch (BadIlException error)
            {
                complaints.Add($"{name}: {error.Message}");
            }
        }

        output.WriteLine($"{assembly}: {bodies.Length} bodies in {TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:f0} ms");
        Assert.True(complaints.Count == 0, $"{complaints.Count} complaints:\n{string.Join('\n', complaints.Take(20))}");
        Assert.True(bodies.Length >= atLeast, $"only {bodies.Length} bodies");
    }
}
