using System.Text.Json;
using Instrumentation;

await using var session = await InstrumentationSession.StartAsync();
var times = await session.AttachAsync(Probe.Methods("System.Text.Json.JsonSerializer::Serialize*").Histogram(c => c.Duration));

for (int i = 0; i < 1000; i++)
{
    JsonSerializer.Serialize(Enumerable.Range(0, i));
}

Console.WriteLine(times.Read());
