namespace Instrumentation;

/// <summary>What kind of lock was waited for.</summary>
public enum LockKind
{
    /// <summary>An object that <c>lock</c> or <see cref="System.Threading.Monitor"/> locks.</summary>
    Monitor,

    /// <summary>A <see cref="System.Threading.Lock"/>.</summary>
    Lock,

    /// <summary>A <see cref="System.Threading.SemaphoreSlim"/>.</summary>
    Semaphore,

    /// <summary>A <see cref="System.Threading.ReaderWriterLockSlim"/>.</summary>
    ReaderWriter,
}
