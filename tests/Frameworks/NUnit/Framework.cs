global using TestAttribute = NUnit.Framework.TestAttribute;
global using TestClassAttribute = NUnit.Framework.TestFixtureAttribute;

using NUnit.Framework;

[assembly: Parallelizable(ParallelScope.All)]
[assembly: LevelOfParallelism(4)]
[assembly: FixtureLifeCycle(LifeCycle.InstancePerTestCase)]

namespace Instrumentation.Frameworks;

/// <summary>What the suite needs to know of the framework that it is compiled for.</summary>
internal static class Framework
{
    /// <summary>Its name.</summary>
    public const string Name = "NUnit";

    /// <summary>The exception of its failed assertions.</summary>
    public static Type Failure => typeof(AssertionException);

    /// <summary>The exception of its skipped tests.</summary>
    public static Type Skipped => typeof(IgnoreException);
}
