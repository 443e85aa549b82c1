namespace Instrumentation.Testing;

/// <summary>A place in the source that a call was made from.</summary>
/// <param name="File">The file as the symbols have it; null where no symbols are found, or they have no source for the place.</param>
/// <param name="Line">The line, from 1; 0 without a file. In optimized code it can be that of a neighbouring statement.</param>
/// <param name="Method">The method, as the source has it: that which an async body or a lambda belongs to.</param>
public sealed record CallSite(string? File, int Line, string Method)
{
    /// <summary>The place for a message: <c>Service.CheckoutAsync at /src/Service.cs:52</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => File is null ? Method : $"{Method} at {File}:{Line}";
}
