global using TestAttribute = Microsoft.VisualStudio.TestTools.UnitTesting.TestMethodAttribute;
global using TestClassAttribute = Microsoft.VisualStudio.TestTools.UnitTesting.TestClassAttribute;


[assembly: Parallelize(Workers = 4, Scope = ExecutionScope.MethodLevel)]

namespace Instrumentation.Frameworks;

/// <summary>What the suite needs to know of the framework that it is compiled for.</summary>
internal static class Framework
{
    /// <summary>Its name.</summary>
    public const string Name = "MSTest";

    /// <summary>The exception of its failed assertions.</summary>
    public static Type Failure => typeof(AssertFailedException);

    /// <summary>The exception of its skipped tests.</summary>
    public static Type Skipped => typeof(AssertInconclusiveException);
}
