using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Instrumentation.Testing;

/// <summary>
/// Stands for arguments in the lambdas of assertions: <c>calls.Should().HaveCalled(() => Cache.Put(Arg.Is&lt;string&gt;(k => k.StartsWith("order:")), Arg.Any&lt;Order&gt;()))</c>.
/// The lambdas are read, not run; whoever really calls one of these gets a <see cref="SpecException"/>.
/// </summary>
public static class Arg
{
    /// <summary>Any value of a type; null too where the type has it.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static T Any<T>() => throw Outside($"{nameof(Any)}<T>()");

    /// <summary>A value for which a predicate holds. What it throws for a value fails the assertion, unless that has found what it wants elsewhere.</summary>
    /// <typeparam name="T">The type; values of other types do not match.</typeparam>
    /// <param name="predicate">The predicate; it gets the argument as it was when the call began.</param>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static T Is<T>(Func<T, bool> predicate) => throw Outside($"{nameof(Is)}(…)");

    /// <summary>A value that equals another; the same as the value without this.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="value">The value.</param>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static T Is<T>(T value) => throw Outside($"{nameof(Is)}(…)");

    /// <summary>A value for which a predicate does not hold.</summary>
    /// <typeparam name="T">The type; values of other types do not match.</typeparam>
    /// <param name="predicate">The predicate.</param>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static T Not<T>(Func<T, bool> predicate) => throw Outside($"{nameof(Not)}(…)");

    /// <summary>A value that does not equal another.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="value">The other value.</param>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static T Not<T>(T value) => throw Outside($"{nameof(Not)}(…)");

    /// <summary>A value that is not null.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static T NotNull<T>() => throw Outside($"{nameof(NotNull)}<T>()");

    /// <summary>A text that a regular expression matches somewhere; <c>^</c> and <c>$</c> tie it to the ends.</summary>
    /// <param name="pattern">The expression, as for <see cref="Regex"/>.</param>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static string Matches([StringSyntax(StringSyntaxAttribute.Regex)] string pattern) => throw Outside($"{nameof(Matches)}(…)");

    /// <summary>A certain object, and no other that equals it; what it holds may have changed since the call.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="instance">The object.</param>
    /// <returns>Nothing: it is never run.</returns>
    /// <exception cref="SpecException">It was called outside of an assertion's lambda.</exception>
    public static T Same<T>(T instance)
        where T : class => throw Outside($"{nameof(Same)}(…)");

    private static SpecException Outside(string name) => new(
        $"{nameof(Arg)}.{name} where it is run",
        "it stands for an argument in the lambda of an assertion, which is read and not run.",
        "Write it as a whole argument there, for example calls.Should().HaveCalled(() => Cache.Put(Arg.Any<string>(), order)).");

    /// <summary>Stands for arguments that are passed by reference: <c>ref Arg.Ref&lt;int&gt;.Any</c>, <c>out Arg.Ref&lt;int&gt;.Any</c>.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public static class Ref<T>
    {
        /// <summary>Any value. What a method writes there is not an argument: it is not asked for.</summary>
        [SuppressMessage("Usage", "CA2211", Justification = "A reference to it has to be written in lambdas.")]
        [SuppressMessage("Design", "MA0069", Justification = "A reference to it has to be written in lambdas.")]
        public static T Any = default!;
    }
}
