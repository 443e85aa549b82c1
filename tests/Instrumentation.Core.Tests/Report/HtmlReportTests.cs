using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Instrumentation.Writers.Report;

namespace Instrumentation.Core.Tests.Report;

/// <summary>What the page's file holds, without a browser.</summary>
public sealed partial class HtmlReportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAsync_HostileText_IsInTheDataAndNowhereInTheMarkup()
    {
        string page = await PageAsync(SampleReport.Make());
        Assert.DoesNotContain("window.broken = true</script>", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "<script"));
        Assert.Equal(2, Regex.Count(page, "</script"));
        Assert.DoesNotContain('\u2028', page);
        using JsonDocument data = JsonDocument.Parse(DataBlock().Match(page).Groups["json"].Value);
        Assert.Equal(SampleReport.Hostile, data.RootElement.GetProperty("tables")[0].GetProperty("rows")[2][0].GetString());
    }

    [Fact]
    public async Task WriteAsync_HostileTitle_IsText()
    {
        string page = await PageAsync(new HtmlReport(SampleReport.Hostile));
        Assert.Equal(2, Regex.Count(page, "<script"));
        Assert.Contains("<h1>&lt;/script&gt;&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_AnyText_ComesBackAndNeedsNoTrust()
    {
        Random random = new(4);
        for (int round = 0; round < 300; round++)
        {
            // Whatever a name may hold, halves of surrogate pairs too: those alone come back as the replacement character.
            string text = string.Concat(Enumerable.Range(0, 40).Select(_ => (char)(random.Next(3) == 0 ? random.Next(0x10000) : random.Next(0x20, 0x7f))));
            string json = ReportPage.Data(new HtmlReport(text));
            Assert.DoesNotContain('<', json);
            Assert.DoesNotContain('>', json);
            Assert.DoesNotContain('&', json);
            Assert.All(json, static one => Assert.InRange(one, ' ', '~'));
            using JsonDocument data = JsonDocument.Parse(json);
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), data.RootElement.GetProperty("title").GetString());
        }
    }

    [Fact]
    public async Task WriteAsync_Page_NamesNoOtherFile()
    {
        string page = await PageAsync(SampleReport.Make());
        string frame = DataBlock().Replace(page, "");
        Assert.DoesNotContain("http", frame.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("src=", frame, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", frame, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", frame, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_MoreBarsThanThePageTakes_KeepsTheUpperLevelsAndSaysSo()
    {
        HtmlReport report = new("cut") { MaximumBars = 17 };
        report.Add(SampleReport.Request(0));
        report.Add(SampleReport.Request(1));
        using JsonDocument data = JsonDocument.Parse(ReportPage.Data(report));
        JsonElement[] requests = [.. data.RootElement.GetProperty("requests").EnumerateArray()];
        Assert.Equal([11, 6], requests.Select(CountOf));
        Assert.Equal(3, requests[1].GetProperty("c")[0].GetProperty("c").GetArrayLength());
        Assert.Contains(data.RootElement.GetProperty("gaps").EnumerateArray(), static gap => gap.GetProperty("what").GetString()!.StartsWith("5 bars", StringComparison.Ordinal));
    }

    [Fact]
    public void Data_ManyRequests_HoldsTheSlowestFirst()
    {
        HtmlReport report = new("many") { MaximumRequests = 3 };
        foreach (int length in (int[])[5, 90, 30, 70, 10])
        {
            report.Add(new ReportSpan($"r{length}", ReportKind.Method, 1_000, length));
        }

        using JsonDocument data = JsonDocument.Parse(ReportPage.Data(report));
        Assert.Equal(["r90", "r70", "r30"], data.RootElement.GetProperty("requests").EnumerateArray().Select(static request => request.GetProperty("n").GetString()));
        Assert.Equal(5, data.RootElement.GetProperty("seen").GetInt64());
    }

    [Fact]
    public void Data_FoldedStacks_MergeByFrame()
    {
        HtmlReport report = new("flames");
        report.AddFolded("cpu", ["a;b 3", "a;c 4", "a;b;d_[k] 2", "", "no number", "a;e -1"]);
        using JsonDocument data = JsonDocument.Parse(ReportPage.Data(report));
        JsonElement flame = data.RootElement.GetProperty("flames")[0];
        Assert.Equal(9, flame.GetProperty("total").GetInt64());
        Assert.Equal(["all", "a", "b", "d", "c"], flame.GetProperty("names").EnumerateArray().Select(static name => name.GetString()));
        int[] expected = [0, 0, 0, 9, 1, 1, 0, 9, 2, 2, 0, 5, 3, 3, 1, 2, 2, 4, 0, 4];
        Assert.Equal(expected, flame.GetProperty("frames").EnumerateArray().Select(static number => number.GetInt32()));
    }

    [Fact]
    public void Data_ManyFrames_LeavesOutTheLightest()
    {
        HtmlReport report = new("flames");
        report.AddFolded("cpu", Enumerable.Range(1, 60_000).Select(static i => $"root;frame {i};leaf {i}"));
        using JsonDocument data = JsonDocument.Parse(ReportPage.Data(report));
        JsonElement flame = data.RootElement.GetProperty("flames")[0];
        int frames = flame.GetProperty("frames").GetArrayLength() / 4;
        Assert.InRange(frames, 15_000, FlameGraph.MostFrames);
        Assert.True(flame.GetProperty("least").GetInt64() > 1);
        Assert.Equal(60_000L * 60_001 / 2, flame.GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task WriteFileAsync_NoSuchDirectory_SaysWhich()
    {
        EventFileException failure = await Assert.ThrowsAsync<EventFileException>(() => new HtmlReport("x").WriteFileAsync("/nowhere/at/all/report.html", Cancellation));
        Assert.Contains("/nowhere/at/all/report.html", failure.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex("""<script type="application/json" id="data">(?<json>.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex DataBlock();

    private static int CountOf(JsonElement span) => 1 + (span.TryGetProperty("c", out JsonElement children) ? children.EnumerateArray().Sum(CountOf) : 0);

    private static async Task<string> PageAsync(HtmlReport report)
    {
        using MemoryStream stream = new();
        await report.WriteAsync(stream, Cancellation);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
