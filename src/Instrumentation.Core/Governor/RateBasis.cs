namespace Instrumentation.Governor;

/// <summary>Which rates are compared with a budget.</summary>
internal enum RateBasis
{
    /// <summary>Those of the last tick.</summary>
    Last,

    /// <summary>The mean of about a second.</summary>
    Mean,

    /// <summary>The highest of about a second.</summary>
    Peak,
}
