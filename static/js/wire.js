/**
 * What travels between the server and the page, made from the OpenAPI document by `make types`; not to be edited.
 *
 * @typedef {{step: number, samples: [number, number], of: [number, number], train: QualityOut, test: QualityOut, units: WorthOut[]}} AblationOut
 * @typedef {{characters: string[], probabilities: number[], drawn: number[]}} AlternativesOut
 * @typedef {{samples?: number[] | null, step?: number | null}} ApplyIn
 * @typedef {{kind: "majority" | "mean" | "persistence" | "frequency", loss_name: string, loss: number | null, test_loss: number | null, metric: number | null, test_metric: number | null, class_weight: "none" | "balanced"}} BaselineOut
 * @typedef {{x: number[], y: number[], outputs: any[]}} BoundaryOut
 * @typedef {{step?: number | null}} BranchIn
 * @typedef {{name: string, title: Record<string, string>, story: Record<string, string>, spec: Record<string, any>, goal: GoalOut, hints: Record<string, string>[], explanation: Record<string, string> | null, finding: string | null, remedy: Record<string, any> | null}} CaseOut
 * @typedef {{layer: string, unit: number[]}} CellIn
 * @typedef {{place: number[], gradient: number | null, value: number | null, factors: FactorOut[], local: FactorOut[]}} ChainOut
 * @typedef {{samples?: number[] | null, numbers?: number | null, at?: Record<string, number[]> | null}} CheckIn
 * @typedef {{name: string, count: number, train: number}} ClassOut
 * @typedef {{network: string}} ClinicCheckIn
 * @typedef {{step: number[], loss: (number | null)[], test_loss: (number | null)[]}} ClinicCourseOut
 * @typedef {{case: string, passed: boolean, reached: Record<string, number | null>, goal: GoalOut, reasons: Record<string, string>[], explanation: Record<string, string> | null, course: ClinicCourseOut}} ClinicResultOut
 * @typedef {{name: string, kind: "number" | "category" | "index" | "words" | "empty" | "ignored" | "unclear", empty: number, different: number, categories: string[]}} ColumnOut
 * @typedef {{by: string, groups: RaceGroupOut[], best: number | null, second: number | null, within: boolean | null, sentence: string | null}} ComparisonOut
 * @typedef {{metric: "accuracy" | "test_accuracy" | "r2" | "test_r2" | "leaked", at_least: number | null, at_most: number | null}} ConditionOut
 * @typedef {{train: number[][] | null, test: number[][] | null}} ConfusionOut
 * @typedef {{first: number, forecast: (number | null)[], persistence: (number | null)[], truth: (number | null)[]}} CourseOut
 * @typedef {{x: number[], y: number[], dy: number[]}} CurveOut
 * @typedef {{kind: string, view: "plane" | "curve" | "image" | "sequence" | "text" | "table", task: "classification" | "regression", columns: string[], classes: number, class_names: string[], unbalanced: boolean, column_labels: LabelOut[], class_labels: LabelOut[], target_label: LabelOut | null, unit: LabelOut | null, time_label: LabelOut | null, series_name: LabelOut | null, series_start: number | null, series_step: number | null, row_names: string[] | null, baseline: BaselineOut | null, shape: number[], vocabulary: string[], one_form: OneFormOut | null, digest: string, first: number, samples: number, test_samples: number, inputs: any[], targets: any[], test_inputs: any[], test_targets: any[], identities: number[], plane: PlaneOut | null, mean: number[], deviation: number[], target_mean: number, target_deviation: number, series: number[] | null, positions: number[] | null, test_positions: number[] | null, sources: number[] | null, test_sources: number[] | null}} DatasetOut
 * @typedef {{surface?: "bowl" | "ravine" | "saddle" | "plateau" | "rosenbrock" | "himmelblau" | "beale" | "rastrigin" | SurfaceIn, start?: number[] | null, noise?: number, seed?: number, steps?: number, optimizers?: any[], slots?: boolean}} DescentIn
 * @typedef {{surface: SurfaceOut, start: number[], paths: DescentPathOut[]}} DescentOut
 * @typedef {{optimizer: Record<string, any>, points: number[][], values: (number | null)[], gradients: ((number | null)[])[], curvatures: (number | null)[], slots: Record<string, number[][]> | null, state: "done" | "diverged"}} DescentPathOut
 * @typedef {{surface?: "bowl" | "ravine" | "saddle" | "plateau" | "rosenbrock" | "himmelblau" | "beale" | "rastrigin" | SurfaceIn, start?: number[] | null, noise?: number, seed?: number, optimizer?: any, step?: number}} DescentStepIn
 * @typedef {{step: number, point: number[], gradient: number[], after: (number | null)[], lines: Record<string, LineOut[]>}} DescentStepOut
 * @typedef {{step: number, findings: FindingOut[], measured: Record<string, HealthOut>}} DiagnosisOut
 * @typedef {{layer: string, kind: string, direction: "forward" | "backward", truncate: number, x: ((number | null)[])[] | null, h: ((number | null)[])[] | null, c: ((number | null)[])[] | null, gates: Record<string, ((number | null)[])[]> | null, grad_h: (number | null)[], grad_c: (number | null)[] | null, grad_from: ((number | null)[])[]}} DirectionOut
 * @typedef {{step: number, layer: string, what: string, value: string, detail: string, code: string, values: Record<string, string | number>}} DivergenceOut
 * @typedef {{count: number, mse: number | null, rmse: number | null, persistence_mse: number | null, persistence_rmse: number | null, relative: number | null}} ErrorsOut
 * @typedef {{layer: string, unit: number, steps?: number, rate?: number, l2?: number, blur?: number, seed?: number}} ExciteIn
 * @typedef {{step: number, layer: string, unit: number, low: any, high: any, image: any[], value: number, values: number[]}} ExciteOut
 * @typedef {{layer: string, unit: number, part: "train" | "test", most: ExcitingOut[], least: ExcitingOut[]}} ExcitesOut
 * @typedef {{sample: number, value: number | null}} ExcitingOut
 * @typedef {{seed?: number, level?: number, step?: number | null, answers: Record<string, number>, hints?: Record<string, number>}} ExerciseCheckIn
 * @typedef {{seed?: number, level?: number, solutions?: boolean}} ExerciseIn
 * @typedef {{what: string, stage: "forward" | "loss" | "backward" | "update", chapter: number, layer: string, unit: number[], left: string, term: Record<string, any> | null, value: number | null, at: WhereOut | null, notes: string[], blank: string | null, tolerance: number | null}} ExerciseLineOut
 * @typedef {{step: number, seed: number, level: number, samples: number[], sample: number, blanks: string[], lines: ExerciseLineOut[]}} ExerciseOut
 * @typedef {{results: Record<string, ResultOut>, right: number, of: number}} ExerciseResultOut
 * @typedef {{what: "input" | "slope" | "weight" | "error" | "factor", layer: string, term: Record<string, any>, value: number | null}} FactorOut
 * @typedef {{what?: "output" | "network", format?: "webp" | "stills", frames?: number, seconds?: number}} FilmIn
 * @typedef {{steps: number[], media: string, file: string}} FilmOut
 * @typedef {{name: "diverged" | "missing_class" | "leak" | "shuffled_labels" | "unscaled" | "symmetry" | "batch_norm_batch" | "l2_too_strong" | "no_bias" | "too_fast" | "exploding" | "vanishing" | "dead" | "saturated" | "too_slow" | "too_little_data" | "overfitting" | "plateau", layer: string | null, figure: number | null, threshold: number | null, text: Record<string, string>, advice: Record<string, string>, remedies: RemedyOut[]}} FindingOut
 * @typedef {{step: number, run: number, points: FlowPointOut[], spreads: Record<string, SpreadsOut>}} FlowOut
 * @typedef {{step: number, loss: number | null, layers: Record<string, NormsOut>}} FlowPointOut
 * @typedef {{step: number, window: number, horizon: number, length: number, test_first: number | null, test_last: number | null, direct: CourseOut, errors: ErrorsOut | null, free: FreeCourseOut}} ForecastOut
 * @typedef {{step: number, epoch: number, state: "playing" | "paused" | "diverged", loss: number | null, test_loss: number | null, metrics: Record<string, number | null>, measured_step: number, weights: number[] | null, losses: number[] | null, losses_kind: "all" | "thinned" | "none" | null, losses_steps: number[] | null, remaining: number | null, loss_points: [number, number][], loss_ranges: [number, number][], divergence: DivergenceOut | null, learning_rate: number, revision: number, generation: number, run: number, last_step: number, restored: MarkOut | null, notice: string | null, notice_code: string | null, notice_values: Record<string, string | number> | null, best_step: number | null, best_loss: number | null, stopped: StoppedOut | null}} FrameOut
 * @typedef {{first: number, forecast: (number | null)[], persistence: (number | null)[], truth: (number | null)[], fed_back_from: number, errors: ErrorsOut}} FreeCourseOut
 * @typedef {{prompt?: string, length?: number, temperature?: number, top_k?: number | null, alternatives?: number, seed?: number}} GenerateIn
 * @typedef {{conditions: ConditionOut[], steps: number, same: string[], free: string[]}} GoalOut
 * @typedef {{worst: number | null, parameters: Record<string, ParameterCheckOut>, samples: number[], untruncated: string[], passed: boolean}} GradientCheckOut
 * @typedef {{loss: number | null, gradients: Record<string, any>}} GradientsOut
 * @typedef {{gradient_rms: number | null, weight_rms: number | null, dead: number | null, saturated: number | null, memory: number | null}} HealthOut
 * @typedef {{kind: "formula" | "numbers" | "substitution", term: Record<string, any> | null, numbers: Record<string, any>[] | null}} HintOut
 * @typedef {{step: number[], loss: (number | null)[], low: (number | null)[], high: (number | null)[], test_step: number[], train_loss: (number | null)[], test_loss: (number | null)[], accuracy: (number | null)[], test_accuracy: (number | null)[], balanced_accuracy: (number | null)[], test_balanced_accuracy: (number | null)[], marks: MarkOut[], generation: number}} HistoryOut
 * @typedef {{network: NetworkOut, notes: NoteOut[]}} ImportedOut
 * @typedef {{inputs?: (number[] | number[][] | number[][][])[] | null, scaled?: boolean, part?: "train" | "test" | null, samples?: number[] | null, target?: number | null, most?: number}} InfluenceIn
 * @typedef {{step: number, outputs: any, of: "loss" | "output", target: number | null, loss: number | null, share: number | null, gradient: Record<string, number | null>, pulls: PullOut[], samples: number}} InfluenceOut
 * @typedef {{job: string, kind: string, state: "queued" | "running" | "done" | "cancelled" | "failed", fraction: number, result: Record<string, any>, failure: string | null, failure_code: string | null, failure_values: Record<string, string | number> | null}} JobOut
 * @typedef {{en: string, zh: string}} LabelOut
 * @typedef {{resolution?: number, span?: number, directions?: "random" | "pca" | "weights", seed?: number, weights?: number[] | null, samples?: number | null}} LandscapeIn
 * @typedef {{step: number, directions: "random" | "pca" | "weights", samples: number, explained: [number, number] | null, a: number[], b: number[], centre_loss: number | null, path: LandscapePathOut, rows: number[], loss: ((number | null)[])[], centre: number[] | null, axes: number[][] | null}} LandscapeOut
 * @typedef {{steps: number[], a: number[], b: number[], within: (number | null)[], loss: (number | null)[]}} LandscapePathOut
 * @typedef {{z: any[] | null, a: any[]}} LayerActivationsOut
 * @typedef {{name: string, kind: string, units: number, activation: string | null, shape: number[], parameters: number, trainable: boolean, operable: number}} LayerOut
 * @typedef {{what: string, stage: "forward" | "loss" | "backward" | "update", chapter: number, layer: string, unit: number[], left: string, term: Record<string, any> | null, value: number | null, at: WhereOut | null, notes: string[]}} LineOut
 * @typedef {{step: number, what: string[], before: any[], after: any[]}} MarkOut
 * @typedef {{field: string, message: string, code: string, values: Record<string, string | number>, limit: number | null}} MistakeOut
 * @typedef {{id: string, spec: Record<string, any>, inputs: string[], layers: LayerOut[], layout: ParameterOut[], parameters: number, memory: number, steps_per_epoch: number, samples: number, step: number, epoch: number, state: "playing" | "paused" | "diverged", learning_rate: number, steps_per_second: number | null, loss: number | null, test_loss: number | null, metrics: Record<string, number | null>, divergence: DivergenceOut | null, revision: number, generation: number, run: number, last_step: number, reachable: [number, number][], best_step: number | null, best_loss: number | null, until: any, marks: MarkOut[], notice: string | null, notice_code: string | null, notice_values: Record<string, string | number> | null}} NetworkOut
 * @typedef {{id: string, name: string, dataset: string, parameters: number | null, step: number, loss: number | null, state: "playing" | "paused" | "diverged", changed: string}} NetworkSummary
 * @typedef {{character: string, name: string, probability: number, drawn: number}} NextCharacterOut
 * @typedef {{step: number, prompt: string, read: number, characters: NextCharacterOut[]}} NextCharactersOut
 * @typedef {{prompt: string, temperature?: number, top_k?: number | null}} NextIn
 * @typedef {{gradient: number | null, update: number | null, weights: number | null, ratio: number | null}} NormsOut
 * @typedef {{code: string, text: string, losses: boolean}} NoteOut
 * @typedef {{inputs?: (number[] | number[][] | number[][][])[] | null, scaled?: boolean, part?: "train" | "test" | null, samples?: number[] | null, of?: number | null, size?: number, stride?: number, fill?: number}} OcclusionIn
 * @typedef {{step: number, of: number, whole: number, outputs: number[], rows: number, columns: number, drop: number[][]}} OcclusionOut
 * @typedef {{line_ends: number, composed: number}} OneFormOut
 * @typedef {{outputs: any[]}} OutputsOut
 * @typedef {{name?: string, csv?: string | null, target?: string | null, series?: boolean, inputs?: number[][] | null, targets?: (number | string)[] | null, records?: (Record<string, number | boolean | string | null>)[] | null, read?: ReadIn | null, images?: (((number | number[])[])[])[] | null, sounds?: string[] | null, labels?: string[] | null, dataset?: Record<string, any> | null}} OwnIn
 * @typedef {{id: string, name: string, kind: "own" | "own_series" | "own_text" | "drawn" | "drawn_curve", view: "plane" | "curve" | "image" | "sequence" | "text" | "table", task: "classification" | "regression", rows: number, columns: string[], target: string, class_names: string[], shape: number[] | null, suits: Record<string, any>, pace: number, dataset: Record<string, any> | null, digest: string | null, one_form: OneFormOut | null, preview: Record<string, any> | null, notes: ReadNoteOut[], networks: number | null}} OwnOut
 * @typedef {{worst: number | null, checked: number, of: number, at: number[] | null, backprop: number | null, difference: number | null, kinks: number}} ParameterCheckOut
 * @typedef {{name: string, shape: number[], offset: number}} ParameterOut
 * @typedef {{dataset?: Record<string, any> | null, features?: any[] | null, layers?: any[] | null, output?: Record<string, any> | null, loss?: "cross_entropy" | "binary_cross_entropy" | "mse" | "mae" | "huber" | "hinge" | "label_smoothing" | "focal" | "kl_divergence" | "poisson" | "sequence_cross_entropy" | null, class_weight?: "none" | "balanced" | null, optimizer?: Record<string, any> | null, regularization?: Record<string, any> | null, schedule?: Record<string, any> | null, clipping?: Record<string, any> | null, average?: number | null, initializer?: "zeros" | "normal" | "uniform" | "glorot_uniform" | "glorot_normal" | "he_uniform" | "he_normal" | "lecun_uniform" | "lecun_normal" | null, start?: Record<string, number[] | number[][] | number[][][][]> | null, surgery?: Record<string, any> | null, batch_size?: number | null, seed?: number | null}} PatchIn
 * @typedef {{origin: number[], axes: number[][], low: number[], high: number[]}} PlaneOut
 * @typedef {{steps_per_second?: number | null, keep?: boolean, until?: any}} PlayIn
 * @typedef {{type: string, title: string, status: number, detail: string, code: string, values: Record<string, string | number>, errors: MistakeOut[] | null, limit: string | null, value: number | null}} ProblemOut
 * @typedef {{sample: number, effect: number, loss: number | null}} PullOut
 * @typedef {{loss: number | null, accuracy: number | null, by_class: (number | null)[] | null}} QualityOut
 * @typedef {{step: number[], loss: (number | null)[], test_step: number[], test_loss: (number | null)[]}} RaceCourseOut
 * @typedef {{values: Record<string, any>, ended: number, diverged: number, mean: Record<string, number | null>, spread: Record<string, number | null>, reached: number, steps_to_target: number | null}} RaceGroupOut
 * @typedef {{spec?: SpecIn, vary?: Record<string, any[]>, steps?: number, target_loss?: number | null}} RaceIn
 * @typedef {{steps: number, target_loss: number | null, vary: Record<string, any[]>, variants: VariantOut[], summary: ComparisonOut | null}} RaceOut
 * @typedef {{kind: "plane" | "curve" | "series", side: number | null, outputs: number | null, least: number | null, greatest: number | null, levels: string | null, x: number[] | null, y: (number | null)[] | null, truth: (number | null)[] | null}} RacePictureOut
 * @typedef {{low?: number, high?: number, steps?: number}} RateFinderIn
 * @typedef {{rates: number[], losses: number[], smoothed: number[], suggestion: number | null, reason: "steepest" | "tenth" | "none", steepest: number | null, minimum: number | null, ended: "high" | "rose" | "diverged"}} RateFinderOut
 * @typedef {{separator?: "," | ";" | "\t" | "|" | " " | null, decimal?: "." | "," | null, encoding?: "utf-8" | "utf-16" | "windows-1252" | "iso-8859-15" | "windows-1250" | "windows-1251" | "gb18030" | "big5" | "shift_jis" | "euc-kr" | null, header?: boolean | null, task?: "classification" | "regression" | null, kinds?: Record<string, "number" | "category" | "ignored">, missing?: "drop" | "fill" | null}} ReadIn
 * @typedef {{text: string, code: string, values: Record<string, string | number>}} ReadNoteOut
 * @typedef {{name: string, label: Record<string, string>, patch: Record<string, any>, reset: boolean, back: number}} RemedyOut
 * @typedef {{name?: string}} RenameIn
 * @typedef {{seed?: number | null}} ResetIn
 * @typedef {{right: boolean, hint: HintOut | null}} ResultOut
 * @typedef {{inputs?: (number[] | number[][] | number[][][])[] | null, scaled?: boolean, part?: "train" | "test" | null, samples?: number[] | null}} RowsIn
 * @typedef {{run: number, name: string, dataset: string, step: number, loss: number | null, test_loss: number | null, metrics: Record<string, number | null>, current: boolean}} RunOut
 * @typedef {{inputs?: (number[] | number[][] | number[][][])[] | null, scaled?: boolean, part?: "train" | "test" | null, samples?: number[] | null, of?: number | null, method?: "gradient" | "gradient_x_input" | "smooth", draws?: number, noise?: number, seed?: number}} SaliencyIn
 * @typedef {{step: number, of: number, method: "gradient" | "gradient_x_input" | "smooth", output: number, outputs: number[], saliency: any[]}} SaliencyOut
 * @typedef {{samples?: number[] | null}} SamplesIn
 * @typedef {{step: number}} SeekIn
 * @typedef {{dataset?: any, features?: ("x1" | "x2" | "x1_squared" | "x2_squared" | "x1_x2" | "sin_x1" | "sin_x2")[], layers?: any[], output?: any, loss?: "cross_entropy" | "binary_cross_entropy" | "mse" | "mae" | "huber" | "hinge" | "label_smoothing" | "focal" | "kl_divergence" | "poisson" | "sequence_cross_entropy", class_weight?: "none" | "balanced", optimizer?: any, regularization?: any, schedule?: any, clipping?: any, average?: number, initializer?: "zeros" | "normal" | "uniform" | "glorot_uniform" | "glorot_normal" | "he_uniform" | "he_normal" | "lecun_uniform" | "lecun_normal", start?: Record<string, number[] | number[][] | number[][][][]>, surgery?: any, batch_size?: number, seed?: number}} SpecIn
 * @typedef {{low: number, high: number, counts: number[], mean: number | null, deviation: number | null, zeros: number}} SpreadOut
 * @typedef {{weights: SpreadOut | null, gradients: SpreadOut | null, activations: SpreadOut}} SpreadsOut
 * @typedef {{rule: string, value: number, step: number}} StoppedOut
 * @typedef {{name?: "bowl" | "ravine" | "saddle" | "plateau" | "rosenbrock" | "himmelblau" | "beale" | "rastrigin" | null, formula?: string | null, low?: number[], high?: number[]}} SurfaceIn
 * @typedef {{name: string, summary: Record<string, string>, text: string, formula: string, low: number[], high: number[], minima: number[][], start: number[], rate: number, steepness: number | null}} SurfaceOut
 * @typedef {{name: string, summary: Record<string, string>, text: string, formula: string, low: number[], high: number[], minima: number[][], start: number[], rate: number, steepness: number | null, x: number[], y: number[], values: ((number | null)[])[]}} SurfaceValuesOut
 * @typedef {{layer: string, unit: number, what: "off" | "on" | "freeze" | "unfreeze" | "swap", with?: number | null}} SurgeryIn
 * @typedef {{text: string}} SurpriseIn
 * @typedef {{step: number, characters: SurprisingOut[], bits_per_character: number, perplexity: number}} SurpriseOut
 * @typedef {{character: string, name: string, probability: number | null, bits: number | null}} SurprisingOut
 * @typedef {{prompt: string, text: string, probabilities: number[], alternatives: AlternativesOut[]}} TextOut
 * @typedef {{stage: "forward" | "loss" | "backward" | "update", chapter: number, layer: string, kind: string, formula: string}} TraceEntryOut
 * @typedef {{step: number, samples: number[], entries: TraceEntryOut[]}} TraceOut
 * @typedef {{steps?: number | null, epochs?: number | null, losses?: "all" | "thinned" | "none" | null}} TrainIn
 * @typedef {{separator: string, decimal: "." | ",", encoding: string | null, header: boolean, rows: number, columns: ColumnOut[], target: string, task: "classification" | "regression" | null, classes: ClassOut[], inputs: string[], missing: "drop" | "fill" | null, dropped: number, dropped_lines: number[], first_rows: string[][], train: number, test: number, notes: ReadNoteOut[], problem: ReadNoteOut | null}} UnderstoodOut
 * @typedef {{inputs?: (number[] | number[][] | number[][][])[] | null, scaled?: boolean, part?: "train" | "test" | null, samples?: number[] | null, of?: number | null, cell?: CellIn | null, brief?: boolean}} UnrolledIn
 * @typedef {{step: number, steps: number, of: "loss" | "output", target: any, loss: number | null, losses: (number | null)[] | null, outputs: ((number | null)[])[] | null, output_steps: number[], sources: number[], layers: DirectionOut[], lines: LineOut[]}} UnrolledOut
 * @typedef {{surface?: "bowl" | "ravine" | "saddle" | "plateau" | "rosenbrock" | "himmelblau" | "beale" | "rastrigin" | SurfaceIn, resolution?: number}} ValuesIn
 * @typedef {{k: number, values: Record<string, any>, state: "waiting" | "running" | "done" | "diverged", step: number, course: RaceCourseOut, loss: number | null, test_loss: number | null, best_loss: number | null, best_step: number | null, metrics: Record<string, number | null>, steps_to_target: number | null, seconds: number, divergence: DivergenceOut | null, picture: RacePictureOut | null}} VariantOut
 * @typedef {{change?: PatchIn, steps?: number, resolution?: number}} WhatIfIn
 * @typedef {{step: number, state: "done" | "diverged", course: RaceCourseOut, loss: number | null, test_loss: number | null, metrics: Record<string, number | null>, divergence: DivergenceOut | null, boundary: BoundaryOut | null, picture: RacePictureOut | null}} WhatIfOut
 * @typedef {{layer: string, array: string, index: number[]}} WhereOut
 * @typedef {{unit: number[], of: number, pixels: number[][], places: number[][], inputs: (number | null)[], weights: (number | null)[] | null, products: (number | null)[] | null, bias: number | null, value: number | null, won: number | null, delta: number | null, back: (number | null)[], teaches: (number | null)[] | null}} WindowOut
 * @typedef {{samples?: number[] | null, sample?: number | null, units?: Record<string, number[]>, places?: Record<string, number[]>}} WorkedIn
 * @typedef {{step: number, samples: number[], sample: number, units: Record<string, number[]>, shapes: Record<string, number[]>, places: Record<string, number[]>, next_samples: number[], lines: LineOut[], chains: Record<string, ChainOut>, windows: Record<string, WindowOut>}} WorkedOut
 * @typedef {{sample: number, loss: number | null, share: number | null, target: any, answer: any}} WorstOut
 * @typedef {{part: "train" | "test", worst: WorstOut[]}} WorstSamplesOut
 * @typedef {{layer: string, unit: number, train: QualityOut, test: QualityOut}} WorthOut
 */
export {};
