/** Apache ECharts as its browser build leaves it: used through options, which its own types do not help to check here. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
declare const echarts: any;
