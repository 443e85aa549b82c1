using System.Text;

namespace PackageCheck.Rules;

/// <summary>Nothing tells where a package was built.</summary>
internal static class MachineRules
{
    /// <summary>Looks for paths of this machine in every entry.</summary>
    /// <param name="file">The package or symbol package.</param>
    /// <param name="expected">Which paths these are.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static void Look(PackageFile file, Expectations expected, Findings findings)
    {
        foreach ((string name, byte[] bytes) in file.Entries)
        {
            foreach (string path in expected.MachinePaths)
            {
                bool found = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(path)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(path)) >= 0;
                findings.Look(!found, $"{file.Name}: {name} has the path {path} of this machine in it");
            }
        }
    }
}
