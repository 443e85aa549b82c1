using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>Bodies that one change has made wrong are refused, all of them, whether a compiler wrote them or weaving.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, int> _refused = Mutations.All.ToDictionary(static mutation => mutation.Name, static _ => 0);
    private readonly List<string> _accepted = [];

    [Theory]
    [InlineData("System.Private.CoreLib", 14, 20260101)]
    [InlineData("System.Text.Json", 2, 20260102)]
    [InlineData("Mono.Cecil", 2, 20260103)]
    public void Validate_BodyWithOneMutation_IsRefused(string assembly, int every, int seed)
    {
        using ModuleFile module = ModuleFile.Open(assembly);
        Random random = new(seed);
        foreach ((int token, string name, byte[] bytes) in module.Bodies().Where((_, index) => index % every == 0))
        {
            Mutate(random, token, name, bytes, module.Tokens);
        }

        Check(assembly);
    }

    [Theory]
    [InlineData("System.Text.Json", 8, 20260105)]
    public void Validate_WovenBodyWithOneMutation_IsRefused(string assembly, int every, int seed)
    {
        using ModuleFile module = ModuleFile.Open(assembly);
        FakeRuntime runtime = FakeRuntime.For(module.Assembly.ManifestModule);
        Random random = new(seed);
        foreach ((int token, string name, byte[] bytes) in module.Bodies().Where((_, index) => index % every == 0))
        {
            MethodImage image = runtime.ImageOf(token, bytes);
            Mutate(random, token, name, MethodWeaver.Weave(image, FakePlans.Everything(image.Method)).Bytes, image.Tokens.Types);
        }

        Check(assembly);
    }

    private void Mutate(Random random, int token, string name, byte[] bytes, TokenTypes tokens)
    {
        StackTypes[] locals = tokens.LocalsOf(IlReader.Read(bytes).LocalsToken)!;
        foreach ((string what, Func<Mutations, bool> apply) in Choose(random, bytes))
        {
            IlBody body = IlReader.Read(bytes);
            if (!apply(new Mutations(random, body, locals)))
            {
                continue;
            }

            if (IsRefused(body, token, tokens))
            {
                _refused[what]++;
            }
            else
            {
                _accepted.Add($"{what}: {name}");
            }
        }
    }

    private void Check(string assembly)
    {
        output.WriteLine($"{assembly}: {_refused.Values.Sum()} refused: {string.Join("; ", _refused.Select(static pair => $"{pair.Key} {pair.Value}"))}");
        Assert.True(_accepted.Count == 0, $"{_accepted.Count} accepted:\n{string.Join('\n', _accepted.Take(40))}");
        Assert.True(_refused.Values.Sum() > 3_000);
        Assert.InRange(_refused.Values.Count(static times => times == 0), 0, 2);
    }

    // Small bodies have a place for few.
    private static IEnumerable<(string Name, Func<Mutations, bool> Apply)> Choose(Random random, byte[] bytes) =>
        (bytes[0] & 3) == 3 ? Mutations.All : random.GetItems(Mutations.All, 2);

    private static bool IsRefused(IlBody body, int token, TokenTypes tokens)
    {
        byte[] bytes = IlWriter.Write(body, []).Bytes;
        try
        {
            BodyValidator.Validate(bytes, token, tokens);
            return false;
        }
        catch (BadIlException)
        {
            return true;
        }
    }
}
