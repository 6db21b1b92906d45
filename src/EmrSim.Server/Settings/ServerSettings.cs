using EmrSim.SessionStore;

namespace EmrSim.Server.Settings;

/// <summary>Everything that can be set from outside, read once at start.</summary>
public sealed record ServerSettings(
    ListenSettings Listen,
    StorageSettings Storage,
    VoiceSettings Voice,
    AccessSettings Access,
    LimitSettings Limits,
    LiveSettings Live,
    BackupSettings Backups,
    TraceSettings Traces,
    DrillSettings Drills)
{
    public static ServerSettings Read(SettingsSource source)
    {
        var listen = ListenSettings.Read(source);
        var storage = StorageSettings.Read(source);
        return new(
            listen,
            storage,
            VoiceSettings.Read(source),
            AccessSettings.Read(source),
            LimitSettings.Read(source),
            LiveSettings.Read(source),
            BackupSettings.Read(source, storage.DataDirectory),
            TraceSettings.Read(source),
            DrillSettings.Read(source, listen));
    }
}

public sealed record ListenSettings(string Host, int Port, string LogLevel, string EnvironmentName)
{
    public bool IsLoopback => Host is "127.0.0.1" or "localhost" or "::1" or "[::1]";

    public static ListenSettings Read(SettingsSource source) => new(
        source.Text("HOST", "The address to listen on; 0.0.0.0 for every network.", "127.0.0.1")!,
        source.Number("PORT", 3002, 0, 65535, "The port to listen on; 0 takes a free one."),
        source.Choice("LOG_LEVEL", "info", ["trace", "debug", "info", "warn", "error", "fatal"], "The least severe events that are logged."),
        source.Choice("NODE_ENV", "development", ["development", "production", "test"], "The kind of environment, as told by /version."));
}

/// <param name="DataDirectory">Holds the SQLite file.</param>
/// <param name="ConnectionUrl">A postgres:// address, or null for SQLite.</param>
/// <param name="StoreUrl">The session store's server, or null for none.</param>
/// <param name="ContentDirectory">Existing content that is loaded beside our own, or null.</param>
public sealed record StorageSettings(string DataDirectory, string SqlitePath, string? ConnectionUrl, StoreUrl? StoreUrl, string? ContentDirectory)
{
    public static StorageSettings Read(SettingsSource source)
    {
        var data = source.Text("DATA_DIR", "The directory of the SQLite file and the backups.", "data")!;
        var sqlite = source.Text("SQLITE_PATH", "The SQLite file; inside DATA_DIR when not set.")
            ?? source.Text("DB_PATH", "An older name of SQLITE_PATH.");
        var database = source.Text("DATABASE_URL", "postgres://user:password@host:5432/name for PostgreSQL (needed for several machines), file:path for SQLite.", secret: true);
        if (database?.StartsWith("file:", StringComparison.Ordinal) == true)
        {
            sqlite ??= database[5..];
            database = null;
        }

        if (database is not null && !database.StartsWith("postgres://", StringComparison.Ordinal) && !database.StartsWith("postgresql://", StringComparison.Ordinal))
            source.Refuse("DATABASE_URL must start with postgres:// or file:.");
        var older = source.Text("REDIS_URL", "An older name of SESSION_STORE_URL.", secret: true);
        var newer = source.Text("SESSION_STORE_URL", "The shared session store: redis://[user:password@]host[:port][/db], redis+sentinel://sentinel1,sentinel2/primaryName, redis+cluster://host1,host2, memcached://host1,host2; rediss for TLS. Not set: one instance by itself.", secret: true);
        var password = source.Text("REDIS_PASSWORD", "The password of the session store's server, as it is, when its address holds none.", secret: true);
        return new(
            data,
            sqlite ?? Path.Combine(data, "emrsim.db"),
            database,
            newer is not null ? Store(source, "SESSION_STORE_URL", newer, password) : older is not null ? Store(source, "REDIS_URL", older, password) : null,
            source.Text("CONTENT_DIR", "A directory of personas, scenarios, banks and kits that is used instead of the built-in content."));
    }

    private static StoreUrl? Store(SettingsSource source, string name, string text, string? password)
    {
        if (!StoreUrl.TryParse(text, out var url, out var problem))
        {
            source.Refuse($"{name} can't be used. {problem}");
            return null;
        }

        url = url with { Setting = name };
        return url.Password is null && password is not null ? url with { Password = password, PasswordSetting = "REDIS_PASSWORD" } : url;
    }
}

public sealed record VoiceSettings(
    bool Enabled,
    string? ApiKey,
    Uri BaseUrl,
    string Model,
    string Voice,
    string TranscriptionModel,
    double VadThreshold,
    int VadPrefixMs,
    int VadSilenceMs,
    int TimeoutSeconds,
    bool TellsOrigin,
    bool Debug,
    bool SpsEnabled)
{
    public static VoiceSettings Read(SettingsSource source) => new(
        source.Flag("VOICE_ENABLED", false, "Whether voice encounters are offered."),
        source.Text("OPENAI_API_KEY", "The key of the realtime voice service.", secret: true),
        source.Url("OPENAI_BASE_URL", "https://api.openai.com/v1", "The voice service, up to and with its /v1."),
        source.Text("OPENAI_REALTIME_MODEL", "The realtime voice model.", "gpt-realtime-mini-2025-10-06")!,
        source.Text("OPENAI_TTS_VOICE", "The voice when neither request nor persona names one.", "alloy")!,
        source.Text("OPENAI_TRANSCRIPTION_MODEL", "The model that transcribes the student.", "gpt-4o-mini-transcribe")!,
        source.Fraction("REALTIME_VAD_THRESHOLD", 0.35, "How loud counts as speech, 0 to 1."),
        source.Number("REALTIME_VAD_PREFIX_MS", 120, 0, 5000, "Milliseconds of sound kept from before speech began."),
        source.Number("REALTIME_VAD_SILENCE_MS", 250, 50, 10000, "Milliseconds of silence that end a turn."),
        source.Number("VOICE_TIMEOUT_SECONDS", 10, 1, 60, "How long a call to the voice service may take."),
        source.Flag("SPS_INCLUDE_DEBUG_FIELDS", false, "Whether /api/voice/instructions names the scenario behind the instructions.") | DebugIsSet(source),
        source.Flag("VOICE_DEBUG", false, "Shown in health, for pages that tell more when it is on."),
        source.Flag("SPS_ENABLED", true, "Shown in health; simulated patients are always there."));

    // Other programs read DEBUG too, with texts of their own.
    private static bool DebugIsSet(SettingsSource source) =>
        source.Text("DEBUG", "An older name of SPS_INCLUDE_DEBUG_FIELDS; anything but 0 and false turns it on.") is { } text && text is not ("0" or "false");
}

public sealed record AccessSettings(string? TeacherKey, bool TrustProxy, IReadOnlyList<string> Origins)
{
    public static AccessSettings Read(SettingsSource source)
    {
        var teacher = source.Text("TEACHER_KEY", "The key for teacher and operator functions; needed unless the server listens on loopback only.", secret: true);
        var proxy = source.Flag("TRUST_PROXY", false, "Whether X-Forwarded-For and X-Forwarded-Proto of the nearest proxy are believed.");
        var origins = source.List(
            "BACKEND_CORS_ORIGINS",
            "Pages of other origins that may call, separated by commas; https://*.example.org allows the subdomains.",
            "http://localhost:5173,http://127.0.0.1:5173,http://localhost:5174,http://127.0.0.1:5174");
        var frontend = source.Text("FRONTEND_URL", "One more origin that may call.");
        return new(teacher, proxy, frontend is null ? origins : [.. origins, frontend]);
    }
}

/// <summary>Requests per window: first per session, then per address (a classroom shares one).</summary>
public sealed record LimitSettings(int TokenPerSession, int RelayPerSession, int TokenPerAddress, int SessionsPerAddress, int RelayPerAddress, int MessagesPerSession)
{
    public static LimitSettings Read(SettingsSource source) => new(
        source.Number("LIMIT_TOKEN_PER_SESSION", 20, 0, 1_000_000, "Voice tokens of one session in 15 minutes; 0 for no limit."),
        source.Number("LIMIT_RELAY_PER_SESSION", 120, 0, 1_000_000, "Relayed transcripts of one session in a minute; 0 for no limit."),
        source.Number("LIMIT_TOKEN_PER_ADDRESS", 600, 0, 1_000_000, "Voice tokens of one address in 15 minutes; 0 for no limit."),
        source.Number("LIMIT_SESSIONS_PER_ADDRESS", 600, 0, 1_000_000, "New sessions of one address in 15 minutes; 0 for no limit."),
        source.Number("LIMIT_RELAY_PER_ADDRESS", 6000, 0, 10_000_000, "Relayed transcripts of one address in a minute; 0 for no limit."),
        source.Number("LIMIT_MESSAGES_PER_SESSION", 60, 0, 1_000_000, "Text messages of one session in a minute; 0 for no limit."));
}

/// <param name="SocketConnections">Socket.IO connections that this instance takes at the most.</param>
/// <param name="SlowestClient">How long a Socket.IO client may take nothing while much waits for it.</param>
public sealed record LiveSettings(int SocketConnections, TimeSpan SlowestClient)
{
    public static LiveSettings Read(SettingsSource source) => new(
        source.Number("SOCKET_IO_CONNECTIONS", 10_000, 1, 1_000_000, "Socket.IO connections that one instance takes."),
        TimeSpan.FromSeconds(source.Number("SOCKET_IO_SLOW_SECONDS", 15, 1, 600, "Seconds after which a Socket.IO client that takes nothing is dropped.")));
}
