using Instrumentation.Frameworks.Libraries;
using Newtonsoft.Json;
using NUnit.Framework;

namespace Instrumentation.Frameworks;

/// <summary>What docs/testing.md shows of NUnit; a test of Instrumentation.Tests compares them.</summary>
[TestFixture]
public sealed class PageTests
{
    // NUnit
    private CallRecorder _calls = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _calls = await CallRecorder.StartAsync();
        _calls.Watch((JsonTextWriter w) => w.WritePropertyName(default!, default));
    }

    [TearDown]
    public async Task EndAsync() => await _calls.DisposeAsync();

    [Test]
    public void ANameIsWrittenOnce()
    {
        using (_calls.Join())
        {
            JsonConvert.SerializeObject(new Label { Text = "tea" });
        }

        _calls.Should().HaveCalled((JsonTextWriter w) => w.WritePropertyName("Text", Arg.Any<bool>())).Once();
    }
}
