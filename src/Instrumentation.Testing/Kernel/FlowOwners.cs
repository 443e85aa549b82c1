using Instrumentation.Spans;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Kernel;

/// <summary>
/// Tells programs in the kernel which recorders a thread works for: each chain of recorders has a number, which every thread that the flow comes to writes into its context.
/// </summary>
internal static class FlowOwners
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<long, RecorderChain> Chains = [];
    private static long _last;

    /// <summary>Chains that have a number now.</summary>
    public static int Count
    {
        get
        {
            lock (Gate)
            {
                return Chains.Count;
            }
        }
    }

    /// <summary>Called on a thread that another flow has come to.</summary>
    /// <param name="change">What it carried before, and what it carries now.</param>
    public static void OnChanged(AsyncLocalValueChangedArgs<RecorderFlow?> change)
    {
        RecorderChain? now = change.CurrentValue?.Recorders;
        if (!ReferenceEquals(change.PreviousValue?.Recorders, now))
        {
            ThreadContexts.SetOwner(NumberOf(now));
        }
    }

    /// <summary>The recorders of a number.</summary>
    /// <param name="owner">The number.</param>
    /// <returns>The recorders; null when none of them is there any more.</returns>
    public static RecorderChain? Find(long owner)
    {
        lock (Gate)
        {
            return Chains.GetValueOrDefault(owner);
        }
    }

    /// <summary>Whether a number stands for a recorder.</summary>
    /// <param name="owner">The number.</param>
    /// <param name="recorder">The recorder.</param>
    /// <returns>True when it does.</returns>
    public static bool IsOf(long owner, CallRecorder recorder) => Find(owner)?.Contains(recorder) == true;

    /// <summary>Forgets the chains of which all recorders have ended.</summary>
    /// <param name="hasEnded">Whether a recorder has.</param>
    public static void Forget(Func<CallRecorder, bool> hasEnded)
    {
        lock (Gate)
        {
            foreach (long owner in Chains.Where(pair => All(pair.Value, hasEnded)).Select(static pair => pair.Key).ToArray())
            {
                Chains.Remove(owner);
            }
        }
    }

    private static long NumberOf(RecorderChain? chain)
    {
        if (chain is null || chain.Owner != 0)
        {
            return chain?.Owner ?? 0;
        }

        if (All(chain, static recorder => !recorder.SeesKernel))
        {
            return 0;
        }

        lock (Gate)
        {
            if (chain.Owner == 0)
            {
                chain.Owner = ++_last;
                Chains.Add(chain.Owner, chain);
            }

            return chain.Owner;
        }
    }

    private static bool All(RecorderChain? chain, Func<CallRecorder, bool> holds)
    {
        for (; chain is not null; chain = chain.Rest)
        {
            if (!holds(chain.First))
            {
                return false;
            }
        }

        return true;
    }
}
