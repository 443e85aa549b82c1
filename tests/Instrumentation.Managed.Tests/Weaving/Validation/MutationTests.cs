using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>Bodies that one change has made wrong are refused, all of them.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("System.Private.CoreLib", 7, 20260101)]
    [InlineData("System.Text.Json", 1, 20260102)]
    [InlineData("Mono.Cecil", 1, 20260103)]
    public void Validate_BodyWithOneMutation_IsRefused(string assembly, int every, int seed)
    {
        using ModuleFile module = ModuleFile.Open(assembly);
        Random random = new(seed);
        Dictionary<string, int> refused = Mutations.All.ToDictionary(static mutation => mutation.Name, static _ => 0);
        List<string> accepted = [];
        foreach ((int token, string name, byte[] bytes) in module.Bodies().Where((_, index) => index % every == 0))
        {
            StackTypes[] locals = module.Tokens.LocalsOf(IlReader.Read(bytes).LocalsToken)!;
            foreach ((string what, Func<Mutations, bool> apply) in Choose(random, bytes))
            {
                IlBody body = IlReader.Read(bytes);
                if (!apply(new Mutations(random, body, locals)))
                {
                    continue;
                }

                if (IsRefused(body, token, module.Tokens))
                {
                    refused[what]++;
                }
                else
                {
                    accepted.Add($"{what}: {name}");
                }
            }
        }

        output.WriteLine($"{assembly}: {refused.Values.Sum()} refused: {string.Join("; ", refused.Select(static pair => $"{pair.Key} {pair.Value}"))}");
        Assert.True(accepted.Count == 0, $"{accepted.Count} accepted:\n{string.Join('\n', accepted.Take(40))}");
        Assert.True(refused.Values.Sum() > 3_000);
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
