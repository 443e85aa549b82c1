using Instrumentation.Frameworks.Libraries;
using Newtonsoft.Json;

namespace Instrumentation.Frameworks;

/// <summary>What docs/testing.md shows of MSTest; a test of Instrumentation.Tests compares them.</summary>
[TestClass]
public sealed class PageTests
{
    // MSTest
    [TestMethod]
    public async Task AFailureIsTheTestsOwn()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WritePropertyName(default!, default));

        JsonConvert.SerializeObject(new Label { Text = "tea" });

        Assert.ThrowsExactly<AssertFailedException>(() =>
            calls.Should().HaveCalled((JsonTextWriter w) => w.WritePropertyName("Text", Arg.Any<bool>())).Twice());
    }
}
