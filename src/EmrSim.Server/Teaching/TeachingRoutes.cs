using System.Globalization;
using EmrSim.Contracts;
using EmrSim.Server.Http;
using EmrSim.Server.Patients;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Teaching;

/// <summary>What teachers see: encounters of all instances, and what is behind a case.</summary>
public static class TeachingRoutes
{
    private const int LongestSearch = 200;

    public static void AddTeaching(this IServiceCollection services) => services.AddSingleton<EncounterSearch>();

    public static void MapTeaching(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet("/api/teacher/door", Door).WithTags("Teaching").WithSummary("Whether this caller is let in as a teacher").Produces<TeacherDoor>();
        var inside = app.MapGroup("/api/teacher").WithTags("Teaching").AddEndpointFilter(TeachersOnlyAsync);
        inside.MapGet("/encounters", EncountersAsync).WithSummary("Encounters of all instances, newest first: state=running|over, q=words that were said, before=").Produces<EncounterList>();
        inside.MapGet("/cases", static (CaseKeys keys) => Answer.Json(keys.List())).WithSummary("All cases and what the validation found").Produces<CaseList>();
        inside.MapGet("/cases/{id}", static (string id, CaseKeys keys) => keys.Find(id) is { } key ? Answer.Json(key) : ApiError.NotFound("not_found", "GET /api/teacher/cases lists the cases."))
            .WithSummary("What is behind a case").Produces<FacultyCase>();
    }

    /// <summary>Lets only teachers through; for the routes of other features that are theirs too.</summary>
    public static async ValueTask<object?> TeachersOnlyAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return TeacherGate.IsTeacher(context.HttpContext)
            ? await next(context)
            : new ApiError(StatusCodes.Status401Unauthorized, "teacher_key_required", "Send the teacher key as X-Teacher-Key; the server's TEACHER_KEY sets it.");
    }

    private static IResult Door(HttpContext context, ServerSettings settings)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Answer.Json(new TeacherDoor(TeacherGate.IsTeacher(context), settings.Access.TeacherKey is not null));
    }

    private static async Task<IResult> EncountersAsync(string? state, string? q, string? before, EncounterSearch search, CancellationToken cancellationToken)
    {
        if (state is not (null or "running" or "over")) return ApiError.BadRequest("bad_request", "state is running or over.");
        var words = string.IsNullOrWhiteSpace(q) ? null : q.Trim();
        if (words?.Length > LongestSearch || words?.Contains('\0', StringComparison.Ordinal) == true) return ApiError.BadRequest("bad_request", $"Search for at most {LongestSearch} characters.");
        long? place = null;
        if (before is not null)
        {
            if (!long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var given)) return ApiError.BadRequest("bad_request", "before is the number that the list ended with.");
            place = given;
        }

        return Answer.Json(await search.FindAsync(state != "over", words, place, cancellationToken));
    }
}
