using Instrumentation.Testing.Frameworks;
using Xunit.Sdk;

namespace Instrumentation.Testing.Tests.Frameworks;

/// <summary>Failures and skips are those of the framework that runs the test. The other frameworks have suites of their own.</summary>
public sealed class TestFrameworkTests
{
    [Fact]
    public void AFailureIsTheFrameworksOwn()
    {
        Exception failure = Assert.ThrowsAny<Exception>(static () => TestFramework.Fail("no"));
        Assert.Equal(typeof(XunitException), failure.GetType());
        Assert.Equal("no", failure.Message);
    }

    [Fact]
    public void ASkipIsTheFrameworksOwn()
    {
        // xunit's own Assert.Throws lets skips pass.
        Exception? skip = null;
        try
        {
            TestFramework.Skip("no rights");
        }
        catch (SkipException error)
        {
            skip = error;
        }

        Assert.Equal("$XunitDynamicSkip$no rights", skip?.Message);
    }

    [Fact]
    public async Task TheFrameworkIsKnownByItsFlowAndByItsAssemblies()
    {
        KnownFramework xunit = Assert.IsType<XunitV3>(TestFramework.Current);
        Assert.True(xunit.IsRunningThisFlow());
        Assert.True(xunit.HasRunner());
        Assert.True(xunit.HasAssertions());
        Task other;
        using (ExecutionContext.SuppressFlow())
        {
            other = Task.Run(() =>
            {
                Assert.False(xunit.IsRunningThisFlow());
                Assert.Same(xunit, TestFramework.Current);
            });
        }

        await other;
        Assert.All(TestFramework.Known.Where(known => known != xunit), static framework =>
        {
            Assert.False(framework.IsRunningThisFlow(), framework.Name);
            Assert.False(framework.HasRunner(), framework.Name);
            Assert.Null(framework.Failure("no"));
        });
    }
}
