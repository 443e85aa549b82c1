namespace Instrumentation.Frameworks;

/// <summary>No framework: failures and skips are those of the library.</summary>
internal static class Framework
{
    /// <summary>Its name.</summary>
    public const string Name = "no framework";

    /// <summary>The exception of failed assertions.</summary>
    public static Type Failure => typeof(CallAssertionException);

    /// <summary>The exception of skipped tests.</summary>
    public static Type Skipped => typeof(TestSkippedException);
}

/// <summary>Stands where a framework's attribute is.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TestClassAttribute : Attribute;

/// <summary>Stands where a framework's attribute is.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TestAttribute : Attribute;
