using System.Diagnostics;
using System.Reflection;

namespace Instrumentation.Testing.Tests.Stress;

/// <summary>Methods of the framework that the recorder itself needs are watched like any other: it does not see itself, and does not call itself for ever.</summary>
[Collection(AloneCollection.Name)]
public sealed class OwnToolsTests
{
    private static readonly RecorderOptions Calls = new() { Kernel = false };

    public static TheoryData<string> Tools() =>
    [
        "System.Collections.Generic.List::Add",
        "System.Collections.Generic.List::AddWithResize",
        "System.Collections.Generic.Dictionary::TryGetValue",
        "System.Collections.Generic.Dictionary::TryInsert",
        "System.Collections.Concurrent.ConcurrentDictionary::TryGetValue",
        "System.Threading.Monitor::*",
        "System.Threading.Lock::*",
        "System.Threading.AsyncLocal::*",
        "System.Threading.ExecutionContext::*",
        "System.Threading.Interlocked::*",
        "System.Threading.Volatile::*",
        "System.Threading.ThreadPool::*",
        "System.Threading.Tasks.Task::*",
        "System.Array::Resize",
        "System.Diagnostics.StackTrace::*",
        "System.Diagnostics.StackFrameHelper::*",
        "System.Object::.ctor",
        "System.Exception::.ctor",
        "System.Type::GetTypeFromHandle",
        "System.Environment::get_CurrentManagedThreadId",
    ];

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task WhatTheRecorderNeedsCanBeWatched(string tool)
    {
        Task running = RunAsync(tool);
        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task CallsOfTheTestAreThereAndTheRecordersAreNot()
    {
        MethodInfo add = typeof(List<string>).GetMethod(nameof(List<>.Add))!;
        await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
        calls.Watch(() => Work.Add(default, default)).Watch(add);
        List<string> own = [];
        for (int i = 0; i < 100; i++)
        {
            own.Add($"own {i}");
            _ = Work.Add(i, 1);
        }

        // Before anything is asserted: assertions of the framework use lists too.
        IReadOnlyList<RecordedCall> recorded = calls.Calls;
        Assert.Equal(own, recorded.Where(call => ReferenceEquals(call.Instance, own)).Select(static call => (string)call.Arguments[0]!));
        Assert.Equal(200, recorded.Count);
    }

    private static async Task RunAsync(string tool)
    {
        await using CallRecorder calls = await CallRecorder.StartAsync(Calls);
        calls.Watch(tool).Watch(() => Work.EchoAsync(default!));
        Dictionary<string, List<int>> lists = [];
        Lock gate = new();
        AsyncLocal<string> local = new();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            for (int i = 0; i < 10; i++)
            {
                local.Value = await Work.EchoAsync($"{number}.{i}");
                lock (gate)
                {
                    if (!lists.TryGetValue(local.Value, out List<int>? list))
                    {
                        lists.Add(local.Value, list = []);
                    }

                    list.Add(i);
                }

                _ = new StackTrace().FrameCount;
            }
        })));
        Assert.Equal(40, lists.Count);
        Assert.Equal(lists.Keys.Order(), calls.Calls.Where(static call => call.Method.Name == nameof(Work.EchoAsync)).Select(static call => (string)call.Result!).Order());
    }
}
