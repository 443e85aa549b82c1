using Microsoft.Data.Sqlite;

namespace Instrumentation.Frameworks.Libraries;

/// <summary>What SQLite asks of the kernel. Skipped, with the reason, where the rights do not allow to see it.</summary>
[TestClass]
public sealed class KernelTests
{
    private readonly Case _case = Case.Current;

    [Test]
    public async Task ADatabaseIsWrittenInItsFolderOnly()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        WriteDatabase();
        _case.Check(
            calls,
            () => calls.Files.Should().OnlyWriteUnder(_case.Folder).HaveWritten(Path.Combine(_case.Folder, "written.db")),
            () => calls.Files.Should().OnlyWriteUnder(Path.Combine(_case.Folder, "elsewhere")));
    }

    [Test]
    public async Task ADatabaseIsMadeDurableAndNothingConnects()
    {
        await using CallRecorder calls = await CallRecorder.StartAsync();
        WriteDatabase();
        _case.Check(
            calls,
            () => calls.Syscalls.Should().NotConnect().NotSpawn().HaveCalled("openat").AtLeast(2),
            () => calls.Syscalls.Should().HaveCalled("connect"));
    }

    private void WriteDatabase()
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(_case.Folder, "written.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"CREATE TABLE names (name TEXT); INSERT INTO names VALUES ('{_case.Text}')";
        command.ExecuteNonQuery();
    }
}
