using System.Reflection;

namespace Instrumentation.Tests.Surface;

/// <summary>
/// What users can see changes only on purpose: PublicAPI.txt beside each project lists it. To accept a change, run these tests with
/// INSTRUMENTATION_UPDATE_API=1 and commit the files.
/// </summary>
public sealed class PublicApiTests
{
    private const string UpdateVariable = "INSTRUMENTATION_UPDATE_API";

    public static TheoryData<string> Projects => ["Instrumentation.Core", "Instrumentation.Managed", "Instrumentation.Ebpf", "Instrumentation", "Instrumentation.Testing"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void PublicApi_OfTheBuiltAssembly_IsTheListedOne(string project)
    {
        string file = Path.Combine(Repository.Root, "src", project, "PublicAPI.txt");
        IReadOnlyList<string> built = PublicApiText.Of(Assembly.Load(project));
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(file, string.Concat(built.Select(static line => line + "\n")));
            return;
        }

        string[] listed = File.Exists(file) ? File.ReadAllLines(file) : [];
        string[] changes = [.. listed.Except(built).Select(static line => "- " + line), .. built.Except(listed).Select(static line => "+ " + line)];

        Assert.True(
            changes.Length == 0,
            $"The public surface of {project} is not what src/{project}/PublicAPI.txt lists. If that is meant, run this test with {UpdateVariable}=1 and commit the file.\n{string.Join('\n', changes)}");
        Assert.Equal(listed, built);
    }
}
