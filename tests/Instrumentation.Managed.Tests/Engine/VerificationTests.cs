using System.Reflection;
using System.Runtime.Loader;
using Instrumentation.Managed.Engine;
using Instrumentation.Managed.Tests.Harness;
using Probed;

namespace Instrumentation.Managed.Tests.Engine;

/// <summary>What the runtime accepts and then ignores is found out after the request, in small batches and in large ones.</summary>
[Collection(AloneCollection.Name)]
public sealed class VerificationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Attach_CollectibleMethodsBehindTheCheck_AreNotBelieved(int count)
    {
        AssemblyLoadContext context = new("ignored", isCollectible: true);
        Assembly copy = context.LoadFromAssemblyPath(typeof(Assert).Assembly.Location);
        MethodBase[] methods = [.. Methods(copy, "Xunit").Take(count)];
        Assert.Equal(count, methods.Length);

        using (WovenAnyway woven = new(methods))
        {
            int doubted = woven.Findings.Open.OfType<UntakenGap>().Count();
            Assert.True(doubted + woven.Findings.Gaps.Count == count, $"{doubted} doubted, {string.Join(", ", woven.Findings.Gaps)}");
            Assert.Equal(0, woven.Hits);
        }

        context.Unload();
    }

    [Fact]
    public void Attach_ManyOrdinaryMethods_AreBelieved()
    {
        MethodBase[] methods = [.. Methods(typeof(Inlining).Assembly, "Probed").Take(40)];

        using WovenAnyway woven = new(methods);

        Assert.Empty(woven.Findings.Open);
        Assert.Empty(woven.Findings.Gaps);
        Assert.Equal(40, woven.Count);
    }

    private static IEnumerable<MethodBase> Methods(Assembly assembly, string space) => assembly.GetTypes()
        .Where(type => !type.ContainsGenericParameters && !type.IsInterface && type.Namespace == space)
        .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(static method => !method.ContainsGenericParameters && method.GetMethodBody() is not null);
}
