global using TestAttribute = Xunit.FactAttribute;

namespace Instrumentation.Frameworks;

/// <summary>What the suite needs to know of the framework that it is compiled for.</summary>
internal static class Framework
{
    /// <summary>Its name.</summary>
    public const string Name = "xunit v3";

    /// <summary>The exception of its failed assertions.</summary>
    public static Type Failure => typeof(Xunit.Sdk.XunitException);

    /// <summary>The exception of its skipped tests.</summary>
    public static Type Skipped => typeof(Xunit.Sdk.SkipException);
}

/// <summary>xunit knows test classes by their tests.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TestClassAttribute : Attribute;
