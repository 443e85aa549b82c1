using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Instrumentation.Testing;

/// <summary>To be awaited: see <see cref="CallRecorder.ReadyAsync"/>. It is no task, since the caller's frame has to end, not to wait.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct Readiness
{
    private readonly CallRecorder _recorder;

    internal Readiness(CallRecorder recorder) => _recorder = recorder;

    /// <summary>What the compiler awaits.</summary>
    /// <returns>The awaiter.</returns>
    public Awaiter GetAwaiter() => new(_recorder);

    /// <summary>What the compiler awaits.</summary>
    public readonly struct Awaiter : ICriticalNotifyCompletion
    {
        private readonly CallRecorder _recorder;

        internal Awaiter(CallRecorder recorder) => _recorder = recorder;

        /// <summary>False: the awaiting method always suspends.</summary>
        public bool IsCompleted => false;

        /// <summary>Nothing.</summary>
        public void GetResult()
        {
        }

        /// <inheritdoc/>
        public void OnCompleted(Action continuation)
        {
            _recorder.BeReady();
            Task.Yield().GetAwaiter().OnCompleted(continuation);
        }

        /// <inheritdoc/>
        public void UnsafeOnCompleted(Action continuation)
        {
            _recorder.BeReady();
            Task.Yield().GetAwaiter().UnsafeOnCompleted(continuation);
        }
    }
}
