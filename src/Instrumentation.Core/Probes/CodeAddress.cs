namespace Instrumentation;

/// <summary>An address of machine code in this process, shown as the method or function that holds it.</summary>
/// <param name="Value">The address; 0 when it could not be determined.</param>
public readonly record struct CodeAddress(ulong Value)
{
    /// <summary>Set by a backend that can name code addresses; null or a null result leaves the number.</summary>
    internal static Func<ulong, string?>? Resolver { get; set; }

    /// <summary>Asked where <see cref="Resolver"/> knows no name: for native code, and methods where that is not set.</summary>
    internal static Func<ulong, string?>? FallbackResolver { get; set; }

    /// <summary>The full name of the method or native function that holds the address, or the address in hexadecimal when it is not known.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Value == 0 ? "(unknown)" : Resolver?.Invoke(Value) ?? FallbackResolver?.Invoke(Value) ?? $"0x{Value:x}";
}
