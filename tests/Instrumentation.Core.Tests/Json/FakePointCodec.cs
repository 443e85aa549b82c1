using System.Runtime.CompilerServices;
using Instrumentation.Core.Tests.Fakes;
using Instrumentation.Json;

namespace Instrumentation.Core.Tests.Json;

/// <summary>The places of tests as JSON: <c>{"fake":"name"}</c>.</summary>
internal sealed class FakePointCodec : IProbePointCodec
{
    public IReadOnlyList<string> Names { get; } = ["fake"];

    [ModuleInitializer]
    internal static void Register() => ProbePointCodecs.Register(new FakePointCodec());

    public bool TryWrite(ProbePoint point, JsonOutput output)
    {
        if (point is not FakePoint fake)
        {
            return false;
        }

        output.Property("fake", fake.Name);
        return true;
    }

    public ProbePoint Read(string name, JsonItem value, JsonItem point)
    {
        point.Only(Names);
        return new FakePoint(value.DemandText("Write a name."));
    }
}
