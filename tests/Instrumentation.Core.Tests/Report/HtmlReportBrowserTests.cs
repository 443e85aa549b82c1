namespace Instrumentation.Core.Tests.Report;

/// <summary>What the page does in a browser.</summary>
public sealed class HtmlReportBrowserTests(Browser browser) : IClassFixture<Browser>
{
    private const string Waterfall = "#requests [role=tree]";
    private const string Flame = "#flames .flame";

    [Theory]
    [InlineData("desktop", 1280, 900, false)]
    [InlineData("desktop-dark", 1280, 900, true)]
    [InlineData("phone", 390, 844, false)]
    [InlineData("phone-dark", 390, 844, true)]
    public async Task Page_InEveryWindow_LoadsQuietlyFitsAndIsLegible(string name, int width, int height, bool dark)
    {
        await using BrowserPage page = await OpenAsync(width, height, dark);
        await page.TakePictureAsync(Path.Combine(Browser.Output, $"report-{name}.png"));
        Assert.Empty(page.Errors);
        Assert.Single(page.Requests);
        Assert.False(await page.EvaluateAsync<bool>("Boolean(window.broken)"));
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(await page.EvaluateAsync<string[]>(PageChecks.Overflowing));
        Assert.Empty(await page.EvaluateAsync<string[]>(PageChecks.FaintText));
        Assert.Empty(await page.EvaluateAsync<string[]>(PageChecks.Unlabelled));
    }

    [Fact]
    public async Task Page_Policy_LetsNoForeignScriptRunAndNoRequestOut()
    {
        await using BrowserPage page = await OpenAsync(1280, 900);
        await page.EvaluateAsync<bool>("""
            (() => {
              const script = document.createElement("script");
              script.textContent = "window.broken = true";
              document.body.append(script);
              const image = document.createElement("img");
              image.src = "http://127.0.0.1:9/picture.png";
              document.body.append(image);
              return true;
            })()
            """);
        await page.WaitAsync("true");
        Assert.False(await page.EvaluateAsync<bool>("Boolean(window.broken)"));
        Assert.True(page.Errors.Count >= 2, "The browser reports what the policy forbids.");
    }

    [Fact]
    public async Task Waterfall_Opened_HasABarForEverySpanAndNestsThem()
    {
        await using BrowserPage page = await OpenAsync(1280, 900);
        await ClickAsync(page, "Open all rows");

        // 11 spans; 4 system calls of one name are also one row together, with a bar for each of them; a row for the pauses with its two, and those alone.
        Assert.Equal(11 + 4 + 2 + 2, await page.EvaluateAsync<int>($"document.querySelectorAll('{Waterfall} .bar').length"));
        string[] rows = await page.EvaluateAsync<string[]>($"[...document.querySelectorAll('{Waterfall} [role=treeitem]')].map(row => row.ariaLevel + ' ' + row.querySelector('.text').firstChild.data)");
        string[] expected =
        [
            "1 POST /orders", "2 OrderService::PlaceAsync", "3 SqliteCommand::ExecuteReader", "4 sqlite3_prepare_v2", "3 PaymentGateway::ChargeAsync", "3 SqliteTransaction::Commit",
            "4 pwrite64 ×4", "5 pwrite64", "5 pwrite64", "5 pwrite64", "5 pwrite64", "4 off the CPU: fsync", "1 process paused ×2", "2 GC pause", "2 GC pause",
        ];
        Assert.Equal(expected, rows);

        // What lies below starts and ends within what it is part of.
        Assert.True(await page.EvaluateAsync<bool>($$"""
            [...document.querySelectorAll('{{Waterfall}} [role=treeitem]')].every((row, index, rows) => {
              const parent = rows.slice(0, index).findLast(one => Number(one.ariaLevel) === Number(row.ariaLevel) - 1);
              const box = (one, edge) => [...one.querySelectorAll(".bar")].map(bar => bar.getBoundingClientRect()[edge]);
              return !parent || (Math.min(...box(row, "left")) >= Math.min(...box(parent, "left")) - 2 && Math.max(...box(row, "right")) <= Math.max(...box(parent, "right")) + 2);
            })
            """));
    }

    [Fact]
    public async Task Waterfall_Keyboard_MovesOpensClosesAndZooms()
    {
        await using BrowserPage page = await OpenAsync(1280, 900);
        await page.EvaluateAsync<bool>($"document.querySelector('{Waterfall} [tabindex=\"0\"]').focus() ?? true");
        Assert.StartsWith("POST /orders", await FocusedAsync(page), StringComparison.Ordinal);
        await page.PressAsync("ArrowDown");
        await page.PressAsync("ArrowDown");
        Assert.StartsWith("SqliteCommand::ExecuteReader", await FocusedAsync(page), StringComparison.Ordinal);
        Assert.Contains("SELECT price", await page.EvaluateAsync<string>("document.querySelector('.facts').innerText"), StringComparison.Ordinal);
        await page.PressAsync("ArrowLeft");
        Assert.Equal("false", await page.EvaluateAsync<string>("document.activeElement.ariaExpanded"));
        await page.PressAsync("ArrowRight");
        await page.PressAsync("ArrowRight");
        Assert.StartsWith("sqlite3_prepare_v2", await FocusedAsync(page), StringComparison.Ordinal);
        const string BarWidth = "document.activeElement.querySelector('.bar').getBoundingClientRect().width";
        double before = await page.EvaluateAsync<double>(BarWidth);
        await page.PressAsync("z");
        Assert.True(await page.EvaluateAsync<double>(BarWidth) > 5 * before, "The row was zoomed to.");
        await page.PressAsync("0");
        Assert.Equal(before, await page.EvaluateAsync<double>(BarWidth), 0.5);
        await page.PressAsync("End");
        Assert.StartsWith("2 times process paused", await FocusedAsync(page), StringComparison.Ordinal);
        Assert.Equal(1, await page.EvaluateAsync<int>($"document.querySelectorAll('{Waterfall} [tabindex=\"0\"]').length"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Requests_ArrowKeys_ChooseAnotherWaterfall()
    {
        await using BrowserPage page = await OpenAsync(1280, 900);
        await page.EvaluateAsync<bool>("document.querySelector('.picker [aria-selected=true]').focus() ?? true");
        await page.PressAsync("ArrowDown");
        await page.PressAsync("ArrowDown");
        Assert.Equal("3", await page.EvaluateAsync<string>("String([...document.querySelectorAll('.picker [role=tab]')].indexOf(document.activeElement) + 1)"));
        Assert.Contains("failed", await page.EvaluateAsync<string>("document.querySelector('.facts h3').innerText"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlameGraph_Keyboard_MovesZoomsInAndOut()
    {
        await using BrowserPage page = await OpenAsync(1280, 900);
        await page.EvaluateAsync<bool>($"document.querySelector('{Flame} [tabindex=\"0\"]').focus() ?? true");
        await page.PressAsync("ArrowDown");
        await page.PressAsync("ArrowDown");
        string frame = await FocusedAsync(page);
        double before = await FocusedWidthAsync(page);
        Assert.True(before < 1000, "The frame is not the whole width yet.");
        await page.PressAsync("Enter");
        Assert.Equal(frame, await FocusedAsync(page));
        double zoomed = await FocusedWidthAsync(page);
        Assert.True(zoomed > before + 100, $"{zoomed} against {before}");
        await page.PressAsync("Escape");
        Assert.StartsWith("all,", await FocusedAsync(page), StringComparison.Ordinal);
        await page.PressAsync("ArrowDown");
        string left = await FocusedAsync(page);
        await page.PressAsync("ArrowRight");
        Assert.NotEqual(left, await FocusedAsync(page));
        await page.PressAsync("/");
        Assert.Equal("INPUT", await page.EvaluateAsync<string>("document.activeElement.tagName"));
        foreach (char key in "sqlite3")
        {
            await page.PressAsync(key.ToString());
        }

        Assert.Equal(3, await page.EvaluateAsync<int>($"document.querySelectorAll('{Flame} .hit').length"));
        Assert.StartsWith("“sqlite3” is in 3 frames", await page.EvaluateAsync<string>("document.querySelector('#flames .status').textContent"), StringComparison.Ordinal);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task FlameGraph_Click_ZoomsInAndWidthsAreShares()
    {
        await using BrowserPage page = await OpenAsync(1280, 900);
        Assert.Empty(await page.EvaluateAsync<string[]>($$"""
            [...document.querySelectorAll('{{Flame}} .frame')].filter(frame => {
              const share = frame.getBoundingClientRect().width / frame.parentElement.getBoundingClientRect().width;
              const told = parseFloat(frame.ariaLabel.match(/([\d.]+) %$/)[1]) / 100;
              return Math.abs(share - told) > .006;
            }).map(frame => frame.ariaLabel)
            """));
        await page.EvaluateAsync<bool>($"[...document.querySelectorAll('{Flame} .frame')].find(frame => frame.ariaLabel.startsWith('EventPump.Run')).click() ?? true");
        Assert.True(await page.EvaluateAsync<bool>($$"""
            [...document.querySelectorAll('{{Flame}} .frame')].filter(frame => frame.ariaLabel.startsWith('EventPump.Run'))
              .every(frame => frame.getBoundingClientRect().width >= frame.parentElement.getBoundingClientRect().width - 1)
            """));
    }

    [Fact]
    public async Task Page_TabKey_ReachesEverySectionWithAVisibleFocus()
    {
        await using BrowserPage page = await OpenAsync(1280, 900);
        HashSet<string> reached = [];
        for (int i = 0; i < 60; i++)
        {
            await page.PressAsync("Tab");
            string[] where = await page.EvaluateAsync<string[]>("""
                [document.activeElement.closest("section, nav")?.id || document.activeElement.closest("section, nav")?.tagName || "",
                 getComputedStyle(document.activeElement).outlineStyle, document.activeElement.tagName + " " + document.activeElement.className]
                """);
            if (where[2].StartsWith("BODY", StringComparison.Ordinal))
            {
                break;
            }

            Assert.True(where[1] != "none", $"No visible focus: {where[2]}");
            reached.Add(where[0]);
        }

        Assert.Superset(new HashSet<string> { "NAV", "requests", "flames", "probes" }, reached);
    }

    [Fact]
    public async Task Page_WithNothing_SaysWhatIsMissing()
    {
        HtmlReport report = new("nothing");
        string path = Path.Combine(Browser.Output, "report-empty.html");
        await report.WriteFileAsync(path, TestContext.Current.CancellationToken);
        await using BrowserPage page = await browser.OpenAsync(path, 390, 844);
        string text = await page.EvaluateAsync<string>("document.body.innerText");
        Assert.Contains("No request was recorded.", text, StringComparison.Ordinal);
        Assert.Contains("How many events were lost", text, StringComparison.Ordinal);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Page_Missing_ListsBlindProbesLossAndWhatItWasTold()
    {
        await using BrowserPage page = await OpenAsync(390, 844);
        string text = await page.EvaluateAsync<string>("document.getElementById('missing').innerText");
        Assert.Contains("page faults", text, StringComparison.Ordinal);
        Assert.Contains("This process lacks CAP_PERFMON.", text, StringComparison.Ordinal);
        Assert.Contains("1,225 events", text, StringComparison.Ordinal);
        Assert.Contains("A part of what the probe “methods of the shop”", text, StringComparison.Ordinal);
        Assert.Contains("CAP_BPF", text, StringComparison.Ordinal);
        Assert.Contains("1,225 events were lost.", await page.EvaluateAsync<string>("document.getElementById('loss').innerText"), StringComparison.Ordinal);
    }

    private static Task<string> FocusedAsync(BrowserPage page) => page.EvaluateAsync<string>("document.activeElement.ariaLabel ?? document.activeElement.tagName");

    // Frames move to their widths; what counts is where they arrive.
    private static Task<double> FocusedWidthAsync(BrowserPage page) =>
        page.EvaluateAsync<double>("Promise.allSettled(document.getAnimations().map(moving => moving.finished)).then(() => document.activeElement.getBoundingClientRect().width)");

    private static Task<bool> ClickAsync(BrowserPage page, string label) => page.EvaluateAsync<bool>($"document.querySelector('[aria-label=\"{label}\"]').click() ?? true");

    private async Task<BrowserPage> OpenAsync(int width, int height, bool dark = false)
    {
        string path = Path.Combine(Browser.Output, $"report-{Guid.NewGuid():N}.html");
        await SampleReport.Make().WriteFileAsync(path, TestContext.Current.CancellationToken);
        BrowserPage page = await browser.OpenAsync(path, width, height, dark);
        File.Delete(path);
        return page;
    }
}
