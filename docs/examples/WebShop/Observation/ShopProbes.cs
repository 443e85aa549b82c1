using Instrumentation;
using Microsoft.Data.Sqlite;

namespace WebShop.Observation;

/// <summary>
/// What is observed. Nothing here knows the shop's source: the places are ASP.NET Core's and the SQLite driver's, and for exceptions the
/// name of a namespace. A probe is data; making one touches nothing.
/// </summary>
public static class ShopProbes
{
    /// <summary>A command that takes longer is slow.</summary>
    public static readonly TimeSpan SlowSql = TimeSpan.FromMilliseconds(1);

    // ExecuteNonQuery, ExecuteScalar, ExecuteReader and their async kin all go through this one method of the driver.
    private const string ExecuteSql = "Microsoft.Data.Sqlite!Microsoft.Data.Sqlite.SqliteCommand::ExecuteReader(System.Data.CommandBehavior)";

    // From the argument of ProcessRequestAsync, by fields, to Kestrel's own state of the request.
    private const string Request =
        "HttpContext.(Microsoft.AspNetCore.Http.DefaultHttpContext)._features.Collection"
        + ".(Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http.HttpProtocol)";

    /// <summary>
    /// Every request, from the moment that the server hands it to the application until the task that it got ends. It is a span: what happens meanwhile on its
    /// behalf, on whatever thread, knows it.
    /// </summary>
    public static ProbeSpec<RequestSeen> Requests { get; } = Probe
        .Methods("Microsoft.AspNetCore.Hosting!Microsoft.AspNetCore.Hosting.HostingApplication::ProcessRequestAsync")
        .AsSpan()
        .Capture(c => new RequestSeen(
            c.Field<string>(c.Arg<object>("context"), Request + "._methodText"),
            c.Field<string>(c.Arg<object>("context"), Request + ".Path"),
            c.Field<Endpoint>(c.Arg<object>("context"), Request + "._endpoint") is RouteEndpoint
                ? ((RouteEndpoint)c.Field<Endpoint>(c.Arg<object>("context"), Request + "._endpoint")).RoutePattern.RawText
                : null,
            c.Field<int>(c.Arg<object>("context"), Request + "._statusCode")))
        .Named("requests");

    /// <summary>Every request as a span, added up by route where it happens: durations, and what the kernel did.</summary>
    public static AggregateSpec<KeyedTable<string, BreakdownSnapshot>> Routes { get; } = Probe
        .Methods("Microsoft.AspNetCore.Hosting!Microsoft.AspNetCore.Hosting.HostingApplication::ProcessRequestAsync")
        .BreakdownBy(c => c.Field<Endpoint>(c.Arg<object>("context"), Request + "._endpoint") is RouteEndpoint
            ? ((RouteEndpoint)c.Field<Endpoint>(c.Arg<object>("context"), Request + "._endpoint")).RoutePattern.RawText!
            : "(no route)")
        .Named("routes");

    /// <summary>Every SQL command that is slow, with its text.</summary>
    public static ProbeSpec<SqlSeen> SlowSqlCommands { get; } = Probe
        .Methods(ExecuteSql)
        .OnCall()
        .When(c => c.Duration > SlowSql)
        .Capture(c => new SqlSeen(c.Field<string>(c.This<SqliteCommand>(), "_commandText"), c.Duration))
        .Named("slow sql");

    /// <summary>How long all SQL commands take.</summary>
    public static AggregateSpec<HistogramSnapshot> SqlDurations { get; } = Probe
        .Methods(ExecuteSql)
        .OnCall()
        .Histogram(c => c.Duration)
        .Named("sql durations");

    /// <summary>What the program's own methods do for a request, as spans. For a close look only: it is every call.</summary>
    public static ProbeSpec Methods { get; } = Probe.Methods("WebShop!WebShop.Shop.*::*Async").AsSpan().Named("methods of the shop");

    /// <summary>Every SQL command as a span, with its text. For a close look only.</summary>
    public static ProbeSpec SqlSpans { get; } = Probe
        .Methods(ExecuteSql)
        .AsSpan()
        .Capture(c => new { Text = c.Field<string>(c.This<SqliteCommand>(), "_commandText") })
        .Named("sql");

    /// <summary>Exceptions that the program's own methods catch, by whatever they were thrown.</summary>
    public static ProbeSpec<CaughtSeen> CaughtByShop { get; } = Caught("WebShop!WebShop.Shop.*::*", "caught by the shop");

    /// <summary>Exceptions that nothing in the program caught, so that the framework had to.</summary>
    public static ProbeSpec<CaughtSeen> CaughtByFramework { get; } =
        Caught("Microsoft.AspNetCore.Diagnostics!Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddlewareImpl::*", "caught by the framework");

    /// <summary>Who runs SQL: the callers of the driver's own methods.</summary>
    public static AggregateSpec<CountTable<CodeAddress>> CallersOfDriver { get; } =
        Callers("Microsoft.Data.Sqlite!Microsoft.Data.Sqlite.SqliteCommand::Execute*", "callers of the driver");

    /// <summary>Who runs SQL: the callers of what the driver inherits from the framework.</summary>
    public static AggregateSpec<CountTable<CodeAddress>> CallersOfBase { get; } =
        Callers("System.Data.Common!System.Data.Common.DbCommand::Execute*", "callers of its base");

    /// <summary>What can stay on all the time: nothing of it is an event for each request.</summary>
    public static IReadOnlyList<ProbeSpec> Production { get; } = [Routes, SqlDurations, CallersOfDriver, CallersOfBase, CaughtByShop, CaughtByFramework];

    private static ProbeSpec<CaughtSeen> Caught(string methods, string name) => Probe
        .Methods(methods)
        .OnCatch()
        .Capture(c => new CaughtSeen(c.Exception!.GetType().FullName!, c.Exception.Message, c.ThrownBy))
        .Named(name);

    private static AggregateSpec<CountTable<CodeAddress>> Callers(string methods, string name) => Probe
        .Methods(methods)
        .OnEntry()
        .CountBy(c => c.Caller)
        .Named(name);
}
