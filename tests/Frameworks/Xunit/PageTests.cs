using Instrumentation.Frameworks.Libraries;
using Newtonsoft.Json;

namespace Instrumentation.Frameworks;

/// <summary>What docs/testing.md shows of xunit; a test of Instrumentation.Tests compares them.</summary>
public sealed class PageTests
{
    // xunit v3
    [Fact]
    public async Task ANameIsWrittenOnce()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        calls.Watch((JsonTextWriter w) => w.WritePropertyName(default!, default));

        JsonConvert.SerializeObject(new Label { Text = "tea" });

        calls.Should().HaveCalled((JsonTextWriter w) => w.WritePropertyName("Text", Arg.Any<bool>())).Once();
    }
}
