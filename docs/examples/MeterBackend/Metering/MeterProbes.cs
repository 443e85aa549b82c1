using Instrumentation;

namespace Metering;

/// <summary>What users write.</summary>
public static class MeterProbes
{
    extension(Probe)
    {
        /// <summary>Measurements as they are made. Arguments: <c>value</c> (a double), and each of the tags by its name (strings).</summary>
        /// <param name="meter">The meter's name, for example <c>System.Net.Http</c>.</param>
        /// <param name="instrument">The instrument's name; <c>*</c> for all of the meter.</param>
        /// <param name="tags">The tags that conditions and captures can ask for, at most four.</param>
        public static ProbeSpec Measurements(string meter, string instrument = MeasurementPoint.Every, params IReadOnlyList<string> tags) =>
            new(new MeasurementPoint(meter, instrument) { Tags = [.. tags] });
    }
}
