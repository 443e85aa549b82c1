using System.Runtime.InteropServices;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Profiler.Interop;

namespace Instrumentation.Managed.Tests.Errors;

/// <summary>What a process is told of its platform: yes where probes are shown to work, else no, with the reason and what would help.</summary>
public sealed class PlatformTests
{
    [Fact]
    public void Refusal_LinuxOnX64_IsNone() => Assert.Null(ProfilerPlatform.Refusal(linux: true, Architecture.X64, "linux-x64", unprovenAllowed: false));

    [Fact]
    public void Refusal_LinuxOnArm64_SaysThatNothingShowsThatItWorks_AndHowToTry()
    {
        BackendUnavailableException? refusal = ProfilerPlatform.Refusal(linux: true, Architecture.Arm64, "linux-arm64", unprovenAllowed: false);

        Assert.NotNull(refusal);
        Assert.Equal(BackendUnavailableReason.PlatformNotSupported, refusal.Reason);
        Assert.Contains("nothing shows yet that it works on linux-arm64", refusal.Why, StringComparison.Ordinal);
        Assert.Contains(ProfilerPlatform.UnprovenSwitch, refusal.Mend, StringComparison.Ordinal);
        Assert.Null(ProfilerPlatform.Refusal(linux: true, Architecture.Arm64, "linux-arm64", unprovenAllowed: true));
    }

    [Theory]
    [InlineData(false, Architecture.X64, "win-x64")]
    [InlineData(false, Architecture.Arm64, "osx-arm64")]
    [InlineData(true, Architecture.Arm, "linux-arm")]
    [InlineData(true, Architecture.S390x, "linux-s390x")]
    public void Refusal_Elsewhere_NamesThePlatform_WhateverTheSwitchSays(bool linux, Architecture architecture, string name)
    {
        foreach (bool allowed in new[] { false, true })
        {
            BackendUnavailableException? refusal = ProfilerPlatform.Refusal(linux, architecture, name, allowed);

            Assert.NotNull(refusal);
            Assert.Equal(BackendUnavailableReason.PlatformNotSupported, refusal.Reason);
            Assert.Contains($"this is {name}", refusal.Why, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Architecture.X64, "linux-x64")]
    [InlineData(Architecture.Arm64, "linux-arm64")]
    public void NativePart_EachArchitecture_HasItsFolder(Architecture architecture, string folder) =>
        Assert.Equal(folder, ProfilerPlatform.RuntimeIdentifierOf(architecture));

    [Fact]
    public void NativePart_OfThisProcess_IsFound() =>
        Assert.EndsWith($"runtimes/{ProfilerPlatform.NativeRuntimeIdentifier}/native/libinstrumentation_profiler.so", NativeLibraryFile.Find(), StringComparison.Ordinal);
}
